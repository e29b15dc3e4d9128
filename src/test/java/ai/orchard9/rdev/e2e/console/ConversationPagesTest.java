package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ConsoleClient;
import ai.orchard9.rdev.testing.ServerProcess;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What the pages tell of claude runs, without a browser.
final class ConversationPagesTest {
  private static final String PAGE = "/console/projects/demo/claude-sessions";

  private final ServerProcess server = ConsoleServer.get();
  private final ApiClient api = server.client();
  private final ConsoleClient admin = ConsoleClient.logIn(server.uri(), ServerProcess.KEY);

  @Test
  void showWhatARunTold() {
    var command = run("init; result success false 1.25 '<script>alert(1)</script>' 7");
    var id = command.path("id").asText();
    var session = command.at("/agent/session_id").asText();

    var shown = admin.get("/console/commands/" + id).html();
    assertThat(shown)
        .contains(session, "7 turns, 10 tokens in, 20 out, $1.25")
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;</pre>")
        .doesNotContain("<script>alert");
    assertThat(admin.get("/console/commands?project=demo").row(id)).contains("7 turns");
    assertThat(admin.get(PAGE).row(session))
        .contains(">7<", "$1.25", "/console/commands/" + id, "Go on");
  }

  @Test
  void goOnWithAConversation() {
    var session = run("init; result success false").at("/agent/session_id").asText();

    var form = "/console/projects/demo?session=" + session;
    assertThat(admin.get(form).html()).contains("value=\"" + session + "\"");
    var answer =
        admin.postFrom(
            form,
            "/console/projects/demo",
            "type",
            "claude",
            "text",
            "init; result success false",
            "priority",
            "normal",
            "session",
            session);

    assertThat(answer.status()).as(answer.html()).isEqualTo(303);
    var id = answer.location().substring(answer.location().lastIndexOf('/') + 1);
    var command = api.awaitEnd(id, Duration.ofSeconds(30));
    assertThat(command.path("session_id").asText()).isEqualTo(session);
    assertThat(command.at("/agent/session_id").asText()).as("resumed").isEqualTo(session);
  }

  @Test
  void offerNothingToWhoMayOnlyRead() {
    var session = run("init; result success false").at("/agent/session_id").asText();
    var made =
        api.post("/keys", Map.of("name", "looker", "scopes", List.of("projects:read"))).data();
    var reader = ConsoleClient.logIn(server.uri(), made.path("key").asText());

    assertThat(reader.get(PAGE).html()).contains(session).doesNotContain("Go on");
    assertThat(reader.get("/console/projects/nowhere/claude-sessions").status()).isEqualTo(404);
  }

  private JsonNode run(String script) {
    var answer = api.post("/projects/demo/claude", Map.of("prompt", script));
    return api.awaitEnd(answer.data().path("id").asText(), Duration.ofSeconds(30));
  }
}
