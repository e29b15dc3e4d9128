package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.Repetitions;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import ai.orchard9.rdev.testing.cluster.PodProcess;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What a cluster can do to a write: cut it, not answer, have no pod that runs. What was there
/// stays, or the new is there whole.
final class ClaudeConfigTroubleTest {
  private static final Duration SOON = Duration.ofSeconds(40);
  private static final String FILE = "/projects/demo/claude-config/commands/a";

  @Test
  void aCutConnectionLeavesTheOldOrTheNew() throws Exception {
    var seed = System.nanoTime();
    var random = new Random(seed);
    var backend = new Backend.Cluster();
    try (var server = server(backend)) {
      var client = server.client();
      var folder = server.workspace("demo").resolve(".claude/commands");
      var contents = List.of("a".repeat(400_000), "b".repeat(300_000));
      assertThat(put(client, contents.getFirst()).status()).isEqualTo(201);
      var now = contents.getFirst();

      for (int i = 0; i < Repetitions.of(12, 200); i++) {
        var next = contents.get((i + 1) % 2);
        // What follows the 101, in either direction: early ones cut the script off, late ones the
        // end.
        var fault =
            backend.cluster().faults().execs().once().cutWithin(random, Duration.ofMillis(120));
        var answer = put(client, next);
        fault.clear();

        assertThat(answer.status()).as("seed " + seed + answer.text()).isIn(200, 503);
        var there = Files.readString(folder.resolve("a.md"));
        assertThat(there).as("seed " + seed).isIn(now, next);
        if (answer.status() == 200) {
          assertThat(there).isEqualTo(next);
        } else {
          assertThat(answer.find("Retry-After")).isPresent();
        }
        now = there;
      }

      await()
          .atMost(SOON)
          .untilAsserted(
              () -> {
                try (var all = Files.list(folder)) {
                  assertThat(all.map(it -> it.getFileName().toString())).containsExactly("a.md");
                }
              });
      // Neither guards nor their sleeps, nor zombies, which nobody reaps here.
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(backend.demo().processes())
                      .extracting(PodProcess::toString)
                      .noneMatch(it -> it.contains("rdev-config") || it.contains("sleep 30")));
      assertThat(backend.demo().processes()).noneMatch(PodProcess::isZombie);
    }
  }

  @Test
  void saysWhenTheProjectCannotBeAsked() {
    var backend = new Backend.Cluster();
    try (var server = server(backend)) {
      var client = server.client();
      assertThat(put(client, "old").status()).isEqualTo(201);

      backend.demo().phase("Pending");
      await()
          .atMost(SOON)
          .until(
              () -> client.get("/projects/demo").data().path("status").asText().equals("pending"));
      assertUnavailable(client, "the project is not running: it is pending");
      backend.demo().phase("Running");
      await().atMost(SOON).until(() -> client.get(FILE).status() == 200);

      backend.cluster().goAway();
      assertUnavailable(client, "the project cannot be asked now");
      backend.cluster().comeBack();
      await().atMost(SOON).until(() -> client.get(FILE).status() == 200);
      assertThat(client.get(FILE).data().path("content").asText()).isEqualTo("old");
    }
  }

  private static void assertUnavailable(ApiClient client, String message) {
    for (var answer :
        List.of(
            client.get("/projects/demo/claude-config"),
            client.get(FILE),
            put(client, "new"),
            client.delete(FILE))) {
      assertThat(answer.status()).as(answer.text()).isEqualTo(503);
      assertThat(answer.errorCode()).isEqualTo("SERVICE_UNAVAILABLE");
      assertThat(answer.json().at("/error/message").asText()).startsWith(message);
      assertThat(answer.find("Retry-After")).isPresent();
    }
  }

  private static ApiClient.Answer put(ApiClient client, String content) {
    return client.send("PUT", FILE, Optional.of(Map.of("content", content)));
  }

  private static ServerProcess server(Backend backend) {
    return ServerProcess.named("config-trouble", backend).database(TestPostgres.shared()).start();
  }
}
