package ai.orchard9.rdev.command.queue;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.bench.Report;
import ai.orchard9.rdev.bench.Samples;
import ai.orchard9.rdev.command.CommandFilter;
import ai.orchard9.rdev.command.SearchFixture;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.database.Jdbis;
import ai.orchard9.rdev.database.Pools;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// How long it takes to claim from a line of [LongLine#PENDING], and to look at it.
final class LongLineBenchmark {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int ROUNDS = 300;
  private static final int WARM_UP = 30;
  private static final int PER_PROJECT = 5;
  private static final int MANY = 20;
  private static final int PAGE = 51;
  private static final UUID KEY = UUID.fromString("00000000-0000-4000-8000-000000000007");

  @Test
  void measuresWhatALongLineCosts() throws Exception {
    var pool = Pools.background(POSTGRES.target());
    var requestPool = Pools.requests(POSTGRES.target());
    try {
      var jdbi = Jdbis.over(pool);
      var requests = Jdbis.over(requestPool);
      jdbi.useTransaction(LongLine::fill);
      jdbi.useHandle(handle -> handle.execute("VACUUM ANALYZE"));
      var server = new QueueFixture(POSTGRES, jdbi, "me");
      var reader = new QueueFixture(POSTGRES, requests, "reader");
      var last = last(jdbi);

      var report =
          new Report(
              "o. The queue: 100,000 waiting", "ms", "p50", "p95", "p99", "bare p50", "ratio");
      report.row("one claimed", claims(server, jdbi, 1));
      report.row("%d claimed at once".formatted(MANY), claims(server, jdbi, MANY));
      report.row(
          "position of the last of 50,000",
          reads(requests, () -> assertThat(reader.overview().standing(last)).isPresent()));
      report.row("a page of all that waits", reads(requests, () -> list(requests, null, null)));
      report.row("of one project", reads(requests, () -> list(requests, LongLine.LONGEST, null)));
      report.row("of one key", reads(requests, () -> list(requests, null, KEY)));
      report.row(
          "what `GET /queue` asks",
          reads(
              requests,
              () ->
                  assertThat(reader.overview().picture(List.of(), _ -> true).projects())
                      .hasSize(LongLine.PROJECTS.size())));
      report
          .note(
              """
              %d of each, one after the other, without HTTP: half of what waits in one of %d projects, as many that
              have ended beside it. What was claimed is put back to where it stood before the next claim. Bare is one
              of them found by its primary key in the same run; for claims it is locked too, and that committed.
              Targets: p99 ≤ 20 ms for a claim, ≤ 50 ms for all else.
              """
                  .formatted(ROUNDS, LongLine.PROJECTS.size()))
          .write();
    } finally {
      requestPool.stop();
      pool.stop();
    }
  }

  private static String last(Jdbi jdbi) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT command_id FROM pending_commands WHERE project = :project
                    ORDER BY due DESC, command_id DESC LIMIT 1
                    """)
                .bind("project", LongLine.LONGEST)
                .mapTo(String.class)
                .one());
  }

  private static String[] claims(QueueFixture server, Jdbi jdbi, int count) throws Exception {
    var ours = new Samples(ROUNDS);
    var bare = new Samples(ROUNDS);
    var order = server.order(LongLine.PROJECTS, PER_PROJECT, count);
    for (int i = -WARM_UP; i < ROUNDS; i++) {
      var begin = System.nanoTime();
      var claims = server.queue().claim(order);
      var took = System.nanoTime() - begin;
      assertThat(claims).hasSize(count);
      claims.forEach(it -> assertThat(server.queue().requeue(it)).isTrue());
      var begun = System.nanoTime();
      find(jdbi, i, " FOR UPDATE");
      if (i >= 0) {
        ours.add(took);
        bare.add(System.nanoTime() - begun);
      }
    }
    return ours.against(bare);
  }

  private static String[] reads(Jdbi jdbi, Runnable read) throws Exception {
    var ours = new Samples(ROUNDS);
    var bare = new Samples(ROUNDS);
    for (int i = 0; i < WARM_UP; i++) {
      read.run();
    }
    for (int i = 0; i < ROUNDS; i++) {
      var number = i;
      ours.time(read::run);
      bare.time(() -> find(jdbi, number, ""));
    }
    return ours.against(bare);
  }

  private static void find(Jdbi jdbi, int number, String locked) {
    var id = "cmd-f" + (LongLine.FINISHED / 2 + number);
    jdbi.useTransaction(
        handle ->
            handle
                .createQuery("SELECT id FROM commands WHERE id = :id" + locked)
                .bind("id", id)
                .mapTo(String.class)
                .one());
  }

  private static void list(Jdbi jdbi, @Nullable String project, @Nullable UUID key) {
    var filter = new CommandFilter(project, CommandStatus.PENDING, null, key, null, null);
    assertThat(SearchFixture.list(jdbi, filter, null, PAGE, Optional.empty())).hasSize(PAGE);
  }
}
