package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Playground;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import ai.orchard9.rdev.testing.TraceReceiver;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A command's trace, over two servers with OpenTelemetry's agent, of which one is killed.
final class TracingTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CLIENT = "00f067aa0ba902b7";
  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void isOneThoughTheServerDies() throws IOException {
    var agent = Playground.project().resolve("target/opentelemetry/opentelemetry-javaagent.jar");
    assertThat(agent).as("mvn generate-test-resources brings it").exists();
    try (var receiver = new TraceReceiver()) {
      var settings =
          ServerProcess.named("tracing")
              .database(TestPostgres.shared())
              .environment("LOG_FORMAT", "json")
              .option("-javaagent:" + agent);
      var heirs = settings.twin().environment(receiver.environment("heir"));
      try (var first = settings.environment(receiver.environment("first")).start();
          var heir = heirs.build()) {
        var id = submit(first.client());
        first.client().awaitRunning(id);
        await("the first server's spans")
            .atMost(SOON)
            .until(() -> names(receiver, "first").contains("command start"));

        first.kill9();
        heir.launch();
        heir.awaitReady();
        await("another has it").atMost(SOON).until(() -> adoptions(heir.client(), id) == 1);
        Files.createFile(heir.workspace(ApiClient.DEMO).resolve("traced-go"));

        var ended = heir.client().awaitEnd(id, SOON);
        assertThat(ended.path("trace_id").asText()).isEqualTo(TRACE);
        await("the heir's spans")
            .atMost(SOON)
            .until(() -> names(receiver, "heir").contains("command finish"));
        assertTellsTheWholeStory(receiver, id);
        assertLogsNameTheTrace(first, heir);
      }
    }
  }

  private static String submit(ApiClient client) {
    var script = "echo up; until [ -e traced-go ]; do sleep 0.05; done; exit 3";
    var answer =
        client.post(
            "/projects/demo/shell",
            Map.of("command", script),
            "traceparent",
            "00-" + TRACE + "-" + CLIENT + "-01");
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.data().path("id").asText();
  }

  private static void assertTellsTheWholeStory(TraceReceiver receiver, String id) {
    var spans = receiver.trace(TRACE);
    var known = new HashSet<>(List.of(CLIENT));
    spans.forEach(it -> known.add(it.id()));
    assertThat(spans).allMatch(it -> known.contains(it.parentId()));
    assertThat(spans)
        .extracting(TraceReceiver.Received::server, TraceReceiver.Received::name)
        .contains(
            tuple("first", "command submit"),
            tuple("first", "command queue"),
            tuple("first", "command claim"),
            tuple("first", "command start"),
            tuple("heir", "command claim"),
            tuple("heir", "command adopt"),
            tuple("heir", "command follow"),
            tuple("heir", "command finish"));
    var finish = spans.stream().filter(it -> it.name().equals("command finish")).toList();
    assertThat(finish).hasSize(1);
    assertThat(finish.getFirst().attribute("rdev.status")).isEqualTo("failed");
    assertThat(finish.getFirst().span().getStatus().getCode())
        .isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
    assertThat(finish.getFirst().span().getStatus().getMessage()).isEqualTo("EXIT_NONZERO");
    assertThat(spans)
        .filteredOn(it -> it.name().equals("command claim"))
        .allMatch(it -> it.attribute("rdev.command").equals(id));
  }

  private static void assertLogsNameTheTrace(ServerProcess... servers) {
    for (var server : servers) {
      var lines =
          server
              .log()
              .lines()
              .filter(it -> it.startsWith("{"))
              .map(ApiClient::parse)
              .filter(it -> it.path("trace_id").asText().equals(TRACE))
              .map(it -> it.path("message").asText())
              .toList();
      assertThat(lines).containsAnyOf("command started", "command adopted");
    }
    assertThat(servers[0].log()).contains("\"command_id\":\"cmd-", "\"request_id\":\"");
  }

  private static List<String> names(TraceReceiver receiver, String server) {
    return receiver.trace(TRACE).stream()
        .filter(it -> it.server().equals(server))
        .map(TraceReceiver.Received::name)
        .toList();
  }

  private static int adoptions(ApiClient client, String id) {
    return client.command(id).path("adoptions").asInt();
  }
}
