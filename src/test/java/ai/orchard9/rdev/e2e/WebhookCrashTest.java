package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.Repetitions;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.ServerSettings;
import ai.orchard9.rdev.testing.TestPostgres;
import ai.orchard9.rdev.testing.WebhookReceiver;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A server that dies anywhere between a command's change and the record of its delivery: every
/// event arrives, with the numbers 1, 2, 3 …
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WebhookCrashTest {
  private static final int COMMANDS = 4;

  /// Of the full run at each point: 54 crashes together.
  private static final int ROUNDS = 9;

  private static final Duration LEASE_AND_MORE = Duration.ofSeconds(75);

  private final ServerSettings settings =
      ServerProcess.named("webhook-crashes")
          .database(TestPostgres.shared())
          .environment("WEBHOOK_ALLOWED_TARGETS", "127.0.0.1");
  private ServerProcess survivor = settings.build();

  @BeforeAll
  void startSurvivor() {
    survivor = settings.start();
  }

  @AfterAll
  void stopSurvivor() {
    survivor.close();
  }

  /// Each costs up to a lease: the reduced run has one on either side of the sending.
  static List<String> points() {
    return Repetitions.full()
        ? List.of(
            "facts-numbered",
            "facts-told",
            "webhook-claimed",
            "webhook-sent",
            "webhook-sent:3",
            "webhook-recorded")
        : List.of("facts-told", "webhook-sent");
  }

  @ParameterizedTest
  @MethodSource("points")
  void everyEventArrivesWhereverAServerDies(String point) {
    for (int i = 0; i < Repetitions.of(1, ROUNDS); i++) {
      try (var receiver = WebhookReceiver.http();
          var victim = settings.twin().environment("RDEV_FAILPOINT", point).start()) {
        dieAndDeliver(receiver, victim);
      }
    }
  }

  private void dieAndDeliver(WebhookReceiver receiver, ServerProcess victim) {
    var hook = Hook.to(survivor.client(), receiver.url());
    var ids = new ArrayList<String>();
    for (int i = 0; i < 20 && (i < COMMANDS || victim.isAlive()); i++) {
      ids.add(submit(victim));
    }
    // A command whose server dies of it is taken over by the other, after its lease.
    var events =
        Awaitility.await("the end of each command is told")
            .atMost(Duration.ofSeconds(60))
            .pollInterval(Duration.ofMillis(100))
            .until(() -> list(hook.events(0)), it -> ends(it).size() >= ids.size());
    assertThat(ends(events)).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(events.stream().map(it -> it.path("sequence").asLong()))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, events.size()).boxed().toList());
    var expected = events.stream().map(it -> it.path("id").asText()).collect(Collectors.toSet());
    Awaitility.await("every event arrives")
        .atMost(LEASE_AND_MORE)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () ->
                assertThat(receiver.requests().stream().map(it -> it.header("webhook-id")))
                    .containsAll(expected));
    Awaitility.await("all are over")
        .atMost(LEASE_AND_MORE)
        .until(() -> hook.deliveries("?status=delivered&limit=200").size() == events.size());
    hook.delete();
  }

  private String submit(ServerProcess victim) {
    var script = "true";
    try {
      return victim.client().shell(script);
    } catch (UncheckedIOException died) {
      return survivor.client().shell(script);
    }
  }

  /// The commands whose end is told: once each. A start may be told twice, of a command that
  /// provably never ran.
  private static List<String> ends(List<JsonNode> events) {
    return events.stream()
        .filter(it -> it.path("event").asText().equals("command.completed"))
        .map(it -> it.at("/data/command_id").asText())
        .toList();
  }

  private static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }
}
