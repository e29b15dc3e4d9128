package ai.orchard9.rdev.command;

import ai.orchard9.rdev.bench.Report;
import ai.orchard9.rdev.bench.Samples;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What the audit log costs a submission: the statement that commits it, with its entry and
/// without. Over HTTP the share is smaller.
final class AuditedSubmitBenchmark {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int ROUNDS = 12;
  private static final int CLIENTS = 8;
  private static final Duration ROUND = Duration.ofSeconds(2);

  @Test
  void measuresTheShareOfTheAuditLog() throws Exception {
    var audited =
        CommandDao.class
            .getMethod("insert", CommandRow.class)
            .getAnnotation(SqlQuery.class)
            .value();
    var bare = audited.replace(CommandAudit.SUBMITTED, "");
    perSecond(audited);
    perSecond(bare);
    var with = new Samples(ROUNDS);
    var without = new Samples(ROUNDS);
    var kept = new Samples(ROUNDS);
    for (int round = 0; round < ROUNDS; round++) {
      var first = round % 2 == 0;
      double one = perSecond(first ? audited : bare);
      double other = perSecond(first ? bare : audited);
      with.add((long) (1e6 * (first ? one : other)));
      without.add((long) (1e6 * (first ? other : one)));
      kept.add((long) (1e6 * (first ? one / other : other / one)));
    }

    new Report("g. The audit log: submitting", "commits a second, median of 12 rounds of 2 s", "")
        .row("without an entry", Samples.text(without.median()))
        .row("with it", Samples.text(with.median()))
        .row(
            "of a round, against the one beside it",
            String.format(Locale.ROOT, "%.2f", kept.median()))
        .note(
            "The statement of a submission, from "
                + CLIENTS
                + " connections, on PostgreSQL with fsync on; rounds alternate."
                + " Target: the rate falls by ≤ 10 %.")
        .write();
  }

  private static double perSecond(String sql) throws Exception {
    var end = System.nanoTime() + ROUND.toNanos();
    try (var threads = Executors.newFixedThreadPool(CLIENTS)) {
      var tasks =
          IntStream.range(0, CLIENTS).<Callable<Integer>>mapToObj(_ -> () -> submit(sql, end));
      int done = 0;
      for (var future : threads.invokeAll(tasks.toList())) {
        done += future.get();
      }
      return done / (ROUND.toNanos() / 1e9);
    }
  }

  private static int submit(String sql, long end) {
    return POSTGRES
        .jdbi()
        .withHandle(
            handle -> {
              int done = 0;
              while (System.nanoTime() < end) {
                submit(handle, sql);
                done++;
              }
              return done;
            });
  }

  private static void submit(Handle handle, String sql) {
    handle
        .createQuery(sql)
        .bindMethods(row())
        .registerRowMapper(new CommandMapper())
        .mapTo(Command.class)
        .one();
  }

  @SuppressWarnings("NullAway") // no stdin: it does not see that the array may be null
  private static CommandRow row() {
    var submission =
        new Submission(
            new Instruction.Shell("make -j4 check && git status --short"),
            60,
            Priority.NORMAL,
            "",
            Map.of(),
            null,
            null,
            Map.of());
    return CommandRow.of(
        CommandId.random(Instant.EPOCH),
        "demo",
        Caller.admin("alice", "alice"),
        submission,
        new CommandService.Origin(new RequestContext("r-1", "192.0.2.1"), null));
  }
}
