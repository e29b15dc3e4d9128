package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Repetitions;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.SseEvent;
import ai.orchard9.rdev.testing.TestPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// `kill -9` of the server while an agent talks: what it did is told once, and it comes to its end.
final class ClaudeCrashTest {
  private static final Duration END_WITHIN = Duration.ofSeconds(60);
  private static final int MESSAGES = 4000;
  private static final long SEED = System.nanoTime();

  private final Random random = new Random(SEED);

  @Test
  void whoTakesARunOverTellsTheRest() throws Exception {
    var settings =
        StandIn.use(ServerProcess.named("claude-crash").database(TestPostgres.shared()))
            .environment("CLAUDE_RESULT_GRACE", "1s");
    try (var server = settings.start()) {
      for (int i = 0; i < Repetitions.of(1, 20); i++) {
        var client = server.client();
        // In bursts, so that commits of sixteen chunks cut between a line and its events.
        var id =
            submit(
                client,
                "init; for ((i = 0; i < %d; i++)); do says m$i m$i 1 1; ((i %% 40)) || sleep 0.02; done; result success false 0.5; sleep 300"
                    .formatted(MESSAGES));
        var seen = 1 + random.nextInt(MESSAGES / 2);
        await("seed " + SEED)
            .atMost(END_WITHIN)
            .until(() -> client.command(id).at("/agent/turns").asInt() >= seen);

        server.kill9();
        server.restart();

        var command = client.awaitEnd(id, END_WITHIN);
        assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("completed");
        assertThat(command.at("/kill/reason").asText()).isEqualTo("agent_result");
        assertThat(command.path("adoptions").asInt()).as("seed " + SEED).isEqualTo(1);
        assertThat(command.at("/agent/cost_usd").asDouble()).isEqualTo(0.5);
        var events = events(client, id);
        assertThat(events)
            .as("ids rise by one, seed " + SEED)
            .extracting(SseEvent::id)
            .containsExactlyElementsOf(
                IntStream.rangeClosed(1, events.size()).mapToObj(it -> (long) it).toList());
        assertThat(
                events.stream()
                    .filter(it -> it.name().equals("agent"))
                    .map(SseEvent::json)
                    .filter(it -> it.path("kind").asText().equals("message"))
                    .map(it -> it.path("text").asText()))
            .as("told once, in their order, seed " + SEED)
            .containsExactlyElementsOf(
                IntStream.range(0, MESSAGES).mapToObj(it -> "m" + it).toList());
      }
    }
  }

  private static String submit(ApiClient client, String script) {
    var answer = client.post("/projects/demo/claude", new HashMap<>(Map.of("prompt", script)));
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.data().path("id").asText();
  }

  private static List<SseEvent> events(ApiClient client, String id) throws Exception {
    var events = new ArrayList<SseEvent>();
    try (var stream = client.events(id)) {
      for (var event = stream.next(); event.isPresent(); event = stream.next()) {
        if (event.get().hasId()) {
          events.add(event.get());
        }
      }
    }
    return events;
  }
}
