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
import java.util.List;
import java.util.Map;
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
  private int crashes;

  @BeforeAll
  void startSurvivor() {
    for (int i = 1; i <= points().size() * Repetitions.of(1, ROUNDS); i++) {
      settings.project(project(i));
    }
    survivor = settings.start();
  }

  @AfterAll
  void stopSurvivor() {
    survivor.close();
  }

  /// Each crash has one of its own: of a server that died before it answered nobody knows whether
  /// it took the command in, and one that did must not be taken for one of the next crash.
  private static String project(int crash) {
    return "crash-" + crash;
  }

  /// Each costs up to a lease: the reduced run has the one that others would tell twice.
  static List<String> points() {
    return Repetitions.full()
        ? List.of(
            "facts-numbered",
            "facts-told",
            "webhook-claimed",
            "webhook-sent",
            "webhook-sent:3",
            "webhook-recorded")
        : List.of("facts-told");
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
    var project = project(++crashes);
    var hook = Hook.of(survivor.client(), receiver.url(), Map.of("project_ids", List.of(project)));
    for (int i = 0; i < 20 && (i < COMMANDS || victim.isAlive()); i++) {
      submit(victim, project);
    }
    // A command whose server dies of it is taken over by the other, after its lease.
    Awaitility.await("the end of each command is told, once")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () ->
                assertThat(ends(list(hook.events(0))))
                    .containsExactlyInAnyOrderElementsOf(commands(project)));
    Awaitility.await("all are over")
        .atMost(LEASE_AND_MORE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                hook.deliveries("?status=delivered&limit=200").size()
                    == list(hook.events(0)).size());
    var events = list(hook.events(0));
    assertThat(events.stream().map(it -> it.path("sequence").asLong()))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, events.size()).boxed().toList());
    assertThat(events.stream().map(WebhookCrashTest::fact)).doesNotHaveDuplicates();
    assertThat(receiver.requests().stream().map(it -> it.header("webhook-id")))
        .containsAll(events.stream().map(it -> it.path("id").asText()).toList());
    hook.delete();
  }

  private void submit(ServerProcess victim, String project) {
    var command = Map.of("command", "true");
    try {
      assertThat(victim.client().post("/projects/" + project + "/shell", command).status())
          .isEqualTo(202);
    } catch (UncheckedIOException died) {
      assertThat(survivor.client().post("/projects/" + project + "/shell", command).status())
          .isEqualTo(202);
    }
  }

  private List<String> commands(String project) {
    return list(survivor.client().get("/commands?limit=100&project=" + project).data()).stream()
        .map(it -> it.path("id").asText())
        .toList();
  }

  /// The commands whose end is told: once each. A start may be told twice, of a command that
  /// provably never ran.
  private static List<String> ends(List<JsonNode> events) {
    return events.stream()
        .filter(it -> it.path("event").asText().equals("command.completed"))
        .map(it -> it.at("/data/command_id").asText())
        .toList();
  }

  /// What an event tells, whatever its id and number.
  private static String fact(JsonNode event) {
    return event.path("event") + " " + event.at("/data/command_id") + " " + event.path("timestamp");
  }

  private static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }
}
