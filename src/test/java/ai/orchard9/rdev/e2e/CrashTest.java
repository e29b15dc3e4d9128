package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Reader;
import ai.orchard9.rdev.testing.Repetitions;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// `kill -9` of the server that owns a command costs nothing but time.
final class CrashTest {
  /// By then a command of a dead server is somebody else's.
  private static final Duration TAKEN_OVER_WITHIN = Duration.ofSeconds(15);

  private static final Duration END_WITHIN = Duration.ofSeconds(60);
  private static final long SEED = System.nanoTime();

  private final Random random = new Random(SEED);

  @Test
  void aRestartedServerGoesOnWithWhatRan() {
    try (var server = ServerProcess.named("restart").database(TestPostgres.shared()).start()) {
      for (int i = 0; i < Repetitions.of(1, 20); i++) {
        var counting = Counting.to(200_000);
        var id = server.client().shell(counting.script("0.04"));
        var reader = Reader.follow(id, server.client());
        reader.awaitOutputs(1 + random.nextInt(120_000));

        server.kill9();
        server.restart();

        reader.awaitEnd(END_WITHIN).assertExact(server.client(), id);
        counting.assertRanOnce(server, id);
        assertThat(server.client().command(id).path("adoptions").asInt())
            .as("seed " + SEED)
            .isEqualTo(1);
        awaitNothingLeft(server, id);
      }
    }
  }

  @Test
  void anotherServerGoesOnWithWhatRan() {
    var settings = ServerProcess.named("twins").database(TestPostgres.shared());
    var servers = new ArrayList<ServerProcess>();
    try (var one = settings.start();
        var two = settings.twin().start()) {
      servers.addAll(List.of(one, two));
      for (int i = 0; i < Repetitions.of(1, 20); i++) {
        var counting = Counting.to(200_000);
        var asked = servers.get(i % 2);
        var id = submitTo(asked, counting);
        var reader = Reader.follow(id, asked.client(), servers.get(1 - i % 2).client());
        reader.awaitOutputs(1 + random.nextInt(120_000));
        // Whoever is asked queues it; either may have claimed it.
        var first = servers.get(0).hasStarted(id);
        var owner = servers.get(first ? 0 : 1);
        var other = servers.get(first ? 1 : 0);

        owner.kill9();
        var killed = System.nanoTime();
        awaitAdoption(other.client(), id);
        var took = Duration.ofNanos(System.nanoTime() - killed);

        assertThat(took).as("seed " + SEED).isLessThan(TAKEN_OVER_WITHIN);
        reader.awaitEnd(END_WITHIN).assertExact(other.client(), id);
        counting.assertRanOnce(other, id);
        awaitNothingLeft(other, id);
        owner.restart();
      }
    }
  }

  private static String submitTo(ServerProcess owner, Counting counting) {
    var id = owner.client().shell(counting.script("0.04"));
    owner.client().awaitRunning(id);
    return id;
  }

  private static void awaitAdoption(ApiClient client, String id) {
    await("adoption of " + id)
        .atMost(TAKEN_OVER_WITHIN.multipliedBy(2))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> client.command(id).path("adoptions").asInt() >= 1);
  }

  private static void awaitNothingLeft(ServerProcess server, String id) {
    await("spool of " + id + " is gone")
        .atMost(Duration.ofSeconds(10))
        .until(() -> !Files.exists(server.spool().resolve(id + ".1")));
  }
}
