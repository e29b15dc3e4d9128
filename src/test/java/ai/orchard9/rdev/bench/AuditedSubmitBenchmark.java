package ai.orchard9.rdev.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What the audit log costs: submissions a second with it, and while a trigger swallows its rows.
/// Nothing runs meanwhile: the project is full.
final class AuditedSubmitBenchmark {
  private static final String DATABASE = "audited_submit";
  private static final String SHELL = "/projects/" + ApiClient.DEMO + "/shell";
  private static final int ROUNDS = 12;
  private static final int CLIENTS = 8;
  private static final Duration ROUND = Duration.ofSeconds(3);

  private static final String SWALLOW =
      """
      CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER swallow BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION swallow();
      """;

  @Test
  void measuresWhatTheAuditLogCosts() throws Exception {
    var postgres = TestPostgres.shared();
    try (var server =
        ServerProcess.named("audited")
            .environment(postgres.createDatabase(DATABASE))
            .environment("CONCURRENT_COMMANDS", "1")
            .start()) {
      var client = server.client();
      client.awaitRunning(client.shell("sleep 600"));
      postgres.execute(DATABASE, SWALLOW);
      var with = new Samples(ROUNDS);
      var without = new Samples(ROUNDS);
      var kept = new Samples(ROUNDS);
      perSecond(client);
      for (int round = 0; round < ROUNDS; round++) {
        var auditedFirst = round % 2 == 0;
        double first = perSecond(postgres, client, auditedFirst);
        double second = perSecond(postgres, client, !auditedFirst);
        double audited = auditedFirst ? first : second;
        double bare = auditedFirst ? second : first;
        with.add(millis(audited));
        without.add(millis(bare));
        kept.add(millis(audited / bare));
      }

      new Report("g. The audit log: submitting", "commands submitted a second", "median")
          .row("without entries", Samples.text(without.median()))
          .row("with them, sealed as they come", Samples.text(with.median()))
          .row("kept of the rate, pair by pair", String.format(Locale.ROOT, "%.2f", kept.median()))
          .note(
              "%d clients on one server, %d rounds of %d s by turns. Target: at least 0.90."
                  .formatted(CLIENTS, 2 * ROUNDS, ROUND.toSeconds()))
          .write();
    }
  }

  /// Samples keep nanoseconds and tell milliseconds.
  private static long millis(double value) {
    return (long) (value * 1e6);
  }

  private static double perSecond(TestPostgres postgres, ApiClient client, boolean audited)
      throws Exception {
    postgres.execute(
        DATABASE, "ALTER TABLE audit_log " + (audited ? "DISABLE" : "ENABLE") + " TRIGGER swallow");
    return perSecond(client);
  }

  private static double perSecond(ApiClient client) throws Exception {
    var begin = System.nanoTime();
    var end = begin + ROUND.toNanos();
    try (var threads = Executors.newFixedThreadPool(CLIENTS)) {
      var tasks =
          IntStream.range(0, CLIENTS).<Callable<Integer>>mapToObj(_ -> () -> submit(client, end));
      int done = 0;
      for (var future : threads.invokeAll(tasks.toList())) {
        done += future.get();
      }
      return done * 1e9 / (System.nanoTime() - begin);
    }
  }

  private static int submit(ApiClient client, long end) {
    int done = 0;
    while (System.nanoTime() < end) {
      assertThat(client.post(SHELL, Map.of("command", "make -j4 check")).status()).isEqualTo(202);
      done++;
    }
    return done;
  }
}
