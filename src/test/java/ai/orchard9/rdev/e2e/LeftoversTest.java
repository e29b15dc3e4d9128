package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.Processes;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Commands leave nothing behind but their record.
final class LeftoversTest {
  private static final int COMMANDS = 200;

  @Test
  void twoHundredCommandsLeaveNoZombieAndNoFollower() throws Exception {
    try (var server = ServerProcess.named("leftovers").database(TestPostgres.shared()).start();
        var threads = Executors.newFixedThreadPool(8)) {
      var client = server.client();
      var zombies = Processes.zombies();
      List<Callable<String>> calls =
          IntStream.range(0, COMMANDS)
              .<Callable<String>>mapToObj(
                  i -> () -> client.run("echo " + i).path("status").asText())
              .toList();

      for (var call : threads.invokeAll(calls)) {
        assertThat(call.get()).isEqualTo("completed");
      }

      await("spools are gone")
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(spools(server.spool())).isEmpty());
      await("zombies are gone")
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> {
                var left = new HashSet<>(Processes.zombies());
                left.removeAll(zombies);
                assertThat(left).isEmpty();
              });
      await("followers are gone")
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () ->
                  assertThat(server.leftBehind()).as("processes in a command's folder").isEmpty());
    }
  }

  private static List<String> spools(Path root) {
    try (var files = Files.list(root)) {
      return files
          .map(it -> it.getFileName().toString())
          .filter(it -> it.startsWith("cmd-"))
          .collect(Collectors.toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
