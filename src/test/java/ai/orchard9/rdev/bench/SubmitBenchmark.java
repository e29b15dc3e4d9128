package ai.orchard9.rdev.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Commands taken in by one server: HTTP, key, rate limit, policy, audit, commit. Nothing starts:
/// the queue is paused. Beside it, on the same PostgreSQL, the same number of connections that each
/// insert and commit one row of the same size.
final class SubmitBenchmark {
  private static final String DATABASE = "submit";
  private static final String BARE =
      "CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)";
  private static final String BODY = "{\"command\": \"make -j4 check\"}";
  private static final int CLIENTS = 48;
  private static final int ROUNDS = 6;
  private static final Duration ROUND = Duration.ofSeconds(4);

  /// Until the server's code is compiled, which takes half the processors while it lasts.
  private static final Duration WARM_UP = Duration.ofSeconds(40);

  private interface Client extends AutoCloseable {
    void once() throws Exception;

    @Override
    void close() throws IOException, SQLException;
  }

  private interface Clients {
    Client open() throws Exception;
  }

  @Test
  void measuresSubmissions() throws Exception {
    var postgres = TestPostgres.shared();
    var settings =
        ServerProcess.named("submit")
            .environment(postgres.createDatabase(DATABASE))
            .environment("RDEV_ADMIN_KEY", ServerProcess.KEY);
    try (var server = settings.start()) {
      assertThat(server.admin().run("queue?action=pause").status()).isEqualTo(200);
      postgres.execute(DATABASE, BARE);
      Clients ours = () -> http(server);
      Clients bare = () -> jdbc(postgres.open(DATABASE));
      var submitted = new Samples(ROUNDS);
      var inserted = new Samples(ROUNDS);
      var kept = new Samples(ROUNDS);
      perSecond(ours, WARM_UP);
      perSecond(bare, ROUND);
      for (int i = 0; i < ROUNDS; i++) {
        var our = perSecond(ours, ROUND);
        var their = perSecond(bare, ROUND);
        submitted.add(millis(our));
        inserted.add(millis(their));
        kept.add(millis(our / their));
      }

      new Report("n. Submitting", "a second", "median")
          .row("commands submitted", Samples.text(submitted.median()))
          .row("bare: rows inserted", Samples.text(inserted.median()))
          .row("ours of bare, pair by pair", String.format(Locale.ROOT, "%.2f", kept.median()))
          .note(
              """
              %d connections to one server, %d rounds of %d s after %d to warm up, by turns with as many that insert one
              row of 600 bytes and commit. A submission is HTTP, key, rate limit, policy, audit log and commit; nothing
              starts, for the queue is paused. Target: at least 1,500.
              """
                  .formatted(CLIENTS, ROUNDS, ROUND.toSeconds(), WARM_UP.toSeconds()))
          .write();
    }
  }

  /// Samples keep nanoseconds and tell milliseconds.
  private static long millis(double value) {
    return (long) (value * 1e6);
  }

  private static Client http(ServerProcess server) throws Exception {
    var connection = new RawHttp(server.uri(), ServerProcess.KEY, "/projects/demo/shell", BODY);
    return new Client() {
      @Override
      public void once() throws Exception {
        assertThat(connection.post()).isEqualTo(202);
      }

      @Override
      public void close() throws IOException {
        connection.close();
      }
    };
  }

  private static Client jdbc(Connection connection) throws Exception {
    var insert = connection.prepareStatement("INSERT INTO bare (body) VALUES (?)");
    return new Client() {
      @Override
      public void once() throws Exception {
        insert.setString(1, BODY.repeat(20));
        insert.executeUpdate();
      }

      @Override
      public void close() throws SQLException {
        connection.close();
      }
    };
  }

  private static double perSecond(Clients clients, Duration time) throws Exception {
    var begin = System.nanoTime();
    var end = begin + time.toNanos();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks =
          IntStream.range(0, CLIENTS).<Callable<Integer>>mapToObj(_ -> () -> run(clients, end));
      var done = 0;
      for (var future : threads.invokeAll(tasks.toList())) {
        done += future.get();
      }
      return done * 1e9 / (System.nanoTime() - begin);
    }
  }

  private static int run(Clients clients, long end) throws Exception {
    try (var client = clients.open()) {
      var done = 0;
      while (System.nanoTime() < end) {
        client.once();
        done++;
      }
      return done;
    }
  }
}
