package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// Only so many clients may wait for an end at once. Whoever comes then is answered at once: what
/// they sent is in the queue, so a refusal would have them send it again.
final class FullWaitingRoomTest {
  @Test
  void answersAtOnceWhoFindsNoPlaceToWait() {
    try (var server =
        ServerProcess.named("waiting-room")
            .database(TestPostgres.shared())
            .setting("execution.maximumWaiting", "1")
            .start()) {
      var client = server.client();
      var shell = "/projects/demo/shell";
      var body = Map.of("command", "echo on; sleep 60");
      var waiting =
          CompletableFuture.supplyAsync(() -> client.post(shell, body, "Prefer", "wait=60"));
      Awaitility.await().until(() -> newest(client).path("stdout_bytes").asInt() > 0);
      var id = newest(client).path("id").asText();

      var submitted = client.post(shell, Map.of("command", "true"), "Prefer", "wait=60");
      var asked = client.get("/commands/" + id, "Prefer", "wait=60");

      assertThat(submitted.status()).isEqualTo(202);
      assertThat(submitted.find("Preference-Applied")).isEmpty();
      assertThat(asked.data().path("status").asText()).isEqualTo("running");
      assertThat(asked.find("Preference-Applied")).isEmpty();
      client.post("/commands/" + id + "/cancel", Map.of("grace_seconds", 0));
      assertThat(waiting.join().header("Preference-Applied")).isEqualTo("wait=60");
      assertThat(client.get("/commands/" + id, "Prefer", "wait=5").find("Preference-Applied"))
          .contains("wait=5");
    }
  }

  private static JsonNode newest(ApiClient client) {
    return client.get("/commands?limit=1").data().path(0);
  }
}
