package ai.orchard9.rdev.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.command.output.Commands;
import ai.orchard9.rdev.command.queue.Claim;
import ai.orchard9.rdev.command.queue.ClaimOrder;
import ai.orchard9.rdev.command.queue.Claimant;
import ai.orchard9.rdev.command.queue.QueueFixture;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// How fast the queue is, with commands that do nothing: one server's queue on a real PostgreSQL.
final class QueueBenchmark {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int BACKLOG = 40_000;
  private static final int ROUNDS = 5;
  private static final int PICK_UPS = 2_000;

  /// So many that the JVM has compiled what a command needs: a server sees them within minutes.
  private static final int WARM_UP = 20_000;

  /// As configured by default.
  private static final int PER_PROJECT = 5;

  private static final int PER_SERVER = 100;
  private static final int AT_ONCE = 50;
  private static final Duration PAUSE = Duration.ofMillis(5);

  private static final List<String> PROJECTS =
      IntStream.range(0, 100).mapToObj("project-%02d"::formatted).toList();

  @Test
  void measuresHowManyCommandsPassThrough() throws Exception {
    try (var rows = new Commands(POSTGRES.target())) {
      var bare = new Samples(ROUNDS);
      var ours = new Samples(ROUNDS);
      drain(rows);
      for (int i = 0; i < ROUNDS; i++) {
        bare.add(millis(bareDrain()));
        ours.add(millis(drain(rows)));
      }

      new Report("l. The queue: commands that do nothing", "commands a second", "median")
          .row("claimed and finished", Samples.text(ours.median()))
          .row("bare: claimed and finished by 20", Samples.text(bare.median()))
          .note(
              """
              %,d commands of %d projects, %d rounds by turns. One server's queue as the service uses it: at most %d
              running per project and %d in all, claims of up to %d, each command reports its end by itself. Bare is
              one connection that takes 20 rows of a table of three columns with `SKIP LOCKED` and marks them
              completed with one more statement: no priorities, no projects, no limits, no events and no audit log.
              Target: at least 3,000; what bounds it: `decisions/0009-queue.md`.
              """
                  .formatted(BACKLOG, PROJECTS.size(), ROUNDS, PER_PROJECT, PER_SERVER, AT_ONCE))
          .write();
    }
  }

  @Test
  void measuresHowSoonACommandIsPickedUp() throws Exception {
    try (var rows = new Commands(POSTGRES.target())) {
      var queue = new QueueFixture(POSTGRES, rows.jdbi(), "me");
      QueueFixture.empty(POSTGRES);
      var picked = new SynchronousQueue<Claim>();
      queue.queue().serve(new Picking(queue, picked), () -> {});
      var samples = new Samples(PICK_UPS);
      var bare = new Samples(PICK_UPS);
      rows.jdbi().useHandle(handle -> handle.execute("CREATE TABLE one (id bigint, body text)"));
      for (int i = -WARM_UP; i < PICK_UPS; i++) {
        var begin = System.nanoTime();
        Thread.ofVirtual().start(() -> queue.submit("demo", Priority.NORMAL));
        var claim = picked.poll(10, TimeUnit.SECONDS);
        if (i >= 0) {
          samples.add(System.nanoTime() - begin);
        }
        assertThat(queue.finish(claim)).isTrue();
        var one = System.nanoTime();
        rows.jdbi().useHandle(handle -> handle.execute("INSERT INTO one VALUES (1, 'true')"));
        if (i >= 0) {
          bare.add(System.nanoTime() - one);
          // The rhythm that is measured: commands that come singly.
          Thread.sleep(PAUSE);
        }
      }

      new Report("m. The queue: pick-up", "ms", "p50", "p95", "p99", "bare p50", "ratio")
          .row("submitted to claimed", samples.against(bare))
          .note(
              """
              %,d commands one after the other, after %,d to warm up, from the call that submits one until who runs
              it has the claim: insert, idempotency, audit, slot and claim in one commit. Bare is one row inserted and
              committed in the same run. Targets: p50 ≤ 3 ms, p99 ≤ 15 ms; what bounds them: `decisions/0009-queue.md`.
              """
                  .formatted(PICK_UPS, WARM_UP))
          .write();
    }
  }

  /// Samples keep nanoseconds and tell milliseconds.
  private static long millis(double value) {
    return (long) (value * 1e6);
  }

  private record Picking(QueueFixture queue, SynchronousQueue<Claim> picked) implements Claimant {
    @Override
    public Optional<ClaimOrder> order(Set<String> projects, int count) {
      return Optional.of(queue.order(projects, PER_PROJECT, count));
    }

    @Override
    public void take(ClaimOrder order, List<Claim> claims) {
      for (var claim : claims) {
        try {
          picked.put(claim);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }

    @Override
    public void giveBack(ClaimOrder order) {}
  }

  private static void fill(Commands rows) {
    QueueFixture.empty(POSTGRES);
    rows.jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    """
                    WITH made AS (
                      INSERT INTO commands (id, project, type, status, priority, metadata, request,
                        timeout_seconds, key_name, request_id, marker)
                      SELECT 'cmd-' || n, 'project-' || lpad((n % 100)::text, 2, '0'), 'shell',
                        'pending', 'normal', '{}', '{"command": "true"}', 60, 'bench', 'r', 'm'
                      FROM generate_series(1, ?) AS n RETURNING id, project, created_at)
                    INSERT INTO pending_commands (command_id, project, priority, due, created_at)
                    SELECT id, project, 'normal', created_at, created_at FROM made
                    """,
                    BACKLOG));
    rows.jdbi().useHandle(handle -> handle.execute("VACUUM ANALYZE"));
  }

  /// As the service does it: claims as there is room, and each command reports its own end.
  private static double drain(Commands rows) throws Exception {
    fill(rows);
    var queue = new QueueFixture(POSTGRES, rows.jdbi(), "me");
    var begin = System.nanoTime();
    var room = new Semaphore(PER_SERVER);
    var left = new CountDownLatch(BACKLOG);
    while (left.getCount() > 0) {
      var count = Math.min(AT_ONCE, room.availablePermits());
      if (count == 0) {
        room.acquire();
        room.release();
        continue;
      }
      room.acquire(count);
      var claims = queue.claim(PROJECTS, PER_PROJECT, count);
      room.release(count - claims.size());
      for (var claim : claims) {
        Thread.ofVirtual()
            .start(
                () -> {
                  assertThat(queue.finish(claim)).isTrue();
                  room.release();
                  left.countDown();
                });
      }
      if (claims.isEmpty()) {
        left.await(1, TimeUnit.MILLISECONDS);
      }
    }
    return BACKLOG * 1e9 / (System.nanoTime() - begin);
  }

  private static double bareDrain() throws SQLException {
    try (var connection = POSTGRES.connect();
        var statement = connection.createStatement()) {
      statement.execute(
          """
          DROP TABLE IF EXISTS jobs;
          CREATE TABLE jobs (id bigint PRIMARY KEY, status text NOT NULL, payload text NOT NULL);
          CREATE INDEX jobs_pending ON jobs (id) WHERE status = 'pending';
          INSERT INTO jobs SELECT n, 'pending', 'true' FROM generate_series(1, %d) AS n;
          """
              .formatted(BACKLOG));
      statement.execute("VACUUM ANALYZE jobs");
      var begin = System.nanoTime();
      try (var claim =
              connection.prepareStatement(
                  """
                  UPDATE jobs SET status = 'running' WHERE id IN (
                    SELECT id FROM jobs WHERE status = 'pending' ORDER BY id
                    LIMIT 20 FOR UPDATE SKIP LOCKED) RETURNING id
                  """);
          var finish =
              connection.prepareStatement(
                  "UPDATE jobs SET status = 'completed' WHERE id = ANY(?)")) {
        while (true) {
          var ids = new ArrayList<Long>();
          try (var row = claim.executeQuery()) {
            while (row.next()) {
              ids.add(row.getLong(1));
            }
          }
          if (ids.isEmpty()) {
            break;
          }
          finish.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
          finish.executeUpdate();
        }
      }
      return BACKLOG * 1e9 / (System.nanoTime() - begin);
    }
  }
}
