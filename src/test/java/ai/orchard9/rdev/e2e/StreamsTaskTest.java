package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.AdminClient.Said;
import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.SseClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Operators see who follows what at one server, and end it so that clients come back.
final class StreamsTaskTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final ServerProcess one = SharedPair.one();
  private final ServerProcess other = SharedPair.other();
  private final ApiClient client = one.client();

  @AfterEach
  void reset() {
    SharedPair.reset();
    awaitOpen(0);
  }

  @Test
  void showsAndEndsStreams() {
    var made =
        client.post("/keys", Map.of("name", "reader", "scopes", List.of("projects:read"))).data();
    var prefix = made.path("key_prefix").asText();
    var gate = Gate.anew();
    var id = gate.run();
    try (var mine = client.events(id);
        var life = SseClient.get(one.uri(), made.path("key").asText(), life(gate.project()));
        var elsewhere = other.client().events(id)) {
      awaitOpen(2);

      var shown = one.admin().run("streams").lines();
      assertThat(shown).hasSize(5);
      assertThat(shown)
          .contains("open=2")
          .anyMatch(
              it ->
                  it.matches(
                      "key=admin project=%s streams=1 oldest_seconds=\\d+"
                          .formatted(gate.project())))
          .anyMatch(
              it ->
                  it.matches(
                      "key=%s project=%s streams=1 oldest_seconds=\\d+"
                          .formatted(prefix, gate.project())))
          .anyMatch(
              it ->
                  it.matches(
                      "stream=\\d+ key=admin project=%s command=%s age_seconds=\\d+"
                          .formatted(gate.project(), id)))
          .anyMatch(
              it ->
                  it.matches(
                      "stream=\\d+ key=%s project=%s age_seconds=\\d+"
                          .formatted(prefix, gate.project())));
      assertThat(one.admin().run("streams?key=" + prefix).lines()).hasSize(3).contains("open=1");
      assertThat(one.admin().run("streams?project=elsewhere").lines()).containsExactly("open=0");

      var number = number(shown, prefix);
      assertThat(one.admin().run("streams?dry_run=true&close=" + number))
          .isEqualTo(Said.ok("would_close=1"));
      assertThat(one.admin().run("streams?close=all&dry_run=true"))
          .isEqualTo(Said.ok("would_close=2"));
      assertThat(one.admin().run("streams?close=" + number)).isEqualTo(Said.ok("closed=1"));
      assertEnded(life);
      assertThat(one.admin().run("streams?close=" + number)).isEqualTo(Said.ok("closed=0"));
      assertThat(one.admin().run("streams?close=all&project=elsewhere"))
          .isEqualTo(Said.ok("closed=0"));

      assertThat(one.admin().run("streams?close=all")).isEqualTo(Said.ok("closed=1"));
      assertEnded(mine);
      awaitOpen(0);
      assertThat(other.admin().run("streams").lines()).contains("open=1");
      gate.open(id);
      assertThat(names(elsewhere)).endsWith("complete");
    }
    try (var again = client.events(id)) {
      assertThat(names(again)).as("a reconnect is taken").endsWith("complete");
    }
  }

  private static String life(String project) {
    return "/projects/" + project + "/events";
  }

  private void awaitOpen(int count) {
    Awaitility.await(count + " streams")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> one.admin().run("streams").lines().getFirst().equals("open=" + count));
  }

  private static String number(List<String> lines, String prefix) {
    return lines.stream()
        .filter(it -> it.startsWith("stream=") && it.contains(" key=" + prefix + " "))
        .map(it -> it.substring("stream=".length(), it.indexOf(' ')))
        .findFirst()
        .orElseThrow();
  }

  private static void assertEnded(SseClient stream) {
    for (var event = stream.next(); event.isPresent(); event = stream.next()) {
      if (event.get().name().equals("stream_error")) {
        assertThat(event.get().json().path("code").asText()).isEqualTo("SERVICE_UNAVAILABLE");
        assertThat(event.get().json().path("message").asText()).contains("reconnect");
        assertThat(stream.next()).isEmpty();
        return;
      }
    }
    throw new AssertionError("ended without a word");
  }

  private static List<String> names(SseClient stream) {
    var names = new ArrayList<String>();
    for (var event = stream.next(); event.isPresent(); event = stream.next()) {
      names.add(event.get().name());
    }
    return names;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "streams?close= | error=close: must be all or the id of a stream",
        "streams?close=-1 | error=close: must be all or the id of a stream",
        "streams?close=everything | error=close: must be all or the id of a stream",
        "streams?project= | error=project: must be the id of a project",
        "streams?command=cmd-1 | error=command: is no argument of this task",
      })
  void refusesWrongArgumentsByName(String call, String error) {
    one.admin()
        .run(call)
        .assertRefused(error, "streams key=<prefix> project=<project> close=<id>|all dry_run=true");
  }
}
