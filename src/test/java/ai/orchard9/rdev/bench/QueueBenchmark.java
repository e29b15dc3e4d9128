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

  static final java.util.concurrent.atomic.AtomicLong CLAIM =
      new java.util.concurrent.atomic.AtomicLong();
  static final java.util.concurrent.atomic.AtomicLong CLAIMS =
      new java.util.concurrent.atomic.AtomicLong();
  private static final int BACKLOG = 40_000;
  private static final int ROUNDS = 2;
  private static final int PICK_UPS = 500;

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
        bare.add(rate(BACKLOG, () -> bareDrain()));
        ours.add(rate(BACKLOG, () -> drain(rows)));
      }
      System.out.printf("OURS %.0f/s BARE %.0f/s%n", ours.median(), bare.median());
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
      for (int i = -200; i < PICK_UPS; i++) {
        var begin = System.nanoTime();
        Thread.ofVirtual().start(() -> queue.submit("demo", Priority.NORMAL));
        var claim = picked.poll(10, TimeUnit.SECONDS);
        if (i >= 0) {
          samples.add(System.nanoTime() - begin);
        }
        assertThat(queue.finish(claim)).isTrue();
        Thread.sleep(PAUSE);
      }
      System.out.println("PICKUP " + String.join(" ", samples.cells()));
    }
  }

  /// Nanoseconds as if a second had as many milliseconds as things were done in one.
  private static long rate(int count, Samples.Work work) throws Exception {
    var begin = System.nanoTime();
    work.run();
    return (long) (count * 1e9 / (System.nanoTime() - begin) * 1e6);
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
  private static void drain(Commands rows) throws Exception {
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
      var before = System.nanoTime();
      var claims = queue.claim(PROJECTS, PER_PROJECT, count);
      CLAIM.addAndGet(System.nanoTime() - before);
      CLAIMS.incrementAndGet();
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
    System.out.printf("claims %d avg %.2f ms%n", CLAIMS.get(), CLAIM.get() / 1e6 / CLAIMS.get());
    System.out.printf("drained %d in %.2f s%n", BACKLOG, (System.nanoTime() - begin) / 1e9);
  }

  private static void bareDrain() throws SQLException {
    try (var connection = POSTGRES.connect();
        var statement = connection.createStatement()) {
      statement.execute(
          """
          DROP TABLE IF EXISTS jobs;
          CREATE TABLE jobs (id bigint PRIMARY KEY, status text NOT NULL, payload text NOT NULL);
          CREATE INDEX jobs_pending ON jobs (id) WHERE status = 'pending';
          INSERT INTO jobs SELECT n, 'pending', 'true' FROM generate_series(1, %d) AS n;
          VACUUM ANALYZE jobs;
          """
              .formatted(BACKLOG)
              .replace("VACUUM ANALYZE jobs;", ""));
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
          var ids = new java.util.ArrayList<Long>();
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
      System.out.printf("bare %d in %.2f s%n", BACKLOG, (System.nanoTime() - begin) / 1e9);
    }
  }
}
