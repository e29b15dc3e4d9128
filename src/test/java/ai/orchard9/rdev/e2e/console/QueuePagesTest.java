package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ConsoleClient;
import ai.orchard9.rdev.testing.ServerProcess;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The page of the queue, without a browser.
final class QueuePagesTest {
  private static final String PAGE = "/console/queue";
  private static final Duration SOON = Duration.ofSeconds(30);

  private final ServerProcess server = ConsoleServer.get();
  private final ApiClient api = server.client();
  private final ConsoleClient admin = ConsoleClient.logIn(server.uri(), ServerProcess.KEY);

  @AfterEach
  void goOn() {
    server.admin().run("queue?action=resume");
    server.admin().run("queue?action=resume&project=demo");
    server.admin().run("queue?cancel_pending=demo");
  }

  @Test
  void aPausedQueueHoldsCommandsUntilItIsResumed() {
    var paused = admin.post(PAGE + "/pause", "project", "");

    assertThat(paused.location()).isEqualTo(PAGE + "?notice=queue_paused");
    var held = api.shell("echo held");
    assertThat(api.get("/queue").data().path("paused").asBoolean()).isTrue();
    assertThat(api.command(held).path("pending_reason").asText()).isEqualTo("paused");
    assertThat(admin.get(paused.location()).html())
        .contains(
            "Nothing more starts until the queue is resumed",
            "the whole queue is paused since",
            "action=\"/console/queue/resume\"",
            "echo held");

    var resumed = admin.post(PAGE + "/resume", "project", "");

    assertThat(resumed.location()).isEqualTo(PAGE + "?notice=queue_resumed");
    assertThat(api.awaitEnd(held, SOON).path("status").asText()).isEqualTo("completed");
    for (var action : List.of("queue.paused", "queue.resumed")) {
      var entry = api.get("/audit?limit=1&action=" + action).data().get(0);
      assertThat(entry.at("/actor/kind").asText()).isEqualTo("admin_key");
      assertThat(entry.path("outcome").asText()).isEqualTo("allowed");
      assertThat(entry.path("project").isNull()).isTrue();
      assertThat(entry.path("request_id").asText()).isNotEmpty();
    }
  }

  @Test
  void aPauseOfOneProjectSaysWhichAndByWhom() {
    assertThat(admin.post(PAGE + "/pause", "project", "demo").location())
        .isEqualTo(PAGE + "?notice=project_paused");

    assertThat(api.get("/queue").data().path("paused").asBoolean()).isFalse();
    assertThat(server.admin().run("queue?project=demo").lines())
        .anyMatch(it -> it.startsWith("pause=demo since="));
    assertThat(admin.get(PAGE).row("aria-label=\"Resume demo\"")).contains("paused", " by ");
    assertThat(audited("queue.paused").path("project").asText()).isEqualTo("demo");

    admin.post(PAGE + "/resume", "project", "demo");

    assertThat(admin.get(PAGE).row("/console/projects/demo")).contains("aria-label=\"Pause demo\"");
    assertThat(audited("queue.resumed").path("project").asText()).isEqualTo("demo");
    assertThat(admin.post(PAGE + "/pause", "project", "nowhere").status()).isEqualTo(404);
  }

  @Test
  void whatWaitsIsMovedAndCancelledFromThePage() {
    admin.post(PAGE + "/pause", "project", "demo");
    var first = api.shell("echo '<script>alert(1)</script>'");
    var second = api.shell("echo second");
    var row = admin.get(PAGE).row(second);
    assertThat(row)
        .contains("<td class=\"num\">2</td>", "value=\"normal\" selected=\"selected\"", "Change")
        .contains("action=\"/console/commands/" + second + "/cancel\"");
    assertThat(admin.get(PAGE).html())
        .contains("&lt;script&gt;alert(1)")
        .doesNotContain("<script>alert");

    var moved =
        admin.post(
            "/console/commands/" + second + "/priority", "priority", "high", "back", "queue");

    assertThat(moved.location()).isEqualTo(PAGE + "?notice=priority_changed");
    assertThat(api.command(second).path("priority").asText()).isEqualTo("high");
    assertThat(admin.get(PAGE).row(second))
        .contains("<td class=\"num\">1</td>", "value=\"high\" selected=\"selected\"");
    assertThat(admin.get(PAGE).row(first)).contains("<td class=\"num\">2</td>");
    var asked = admin.post("/console/commands/" + first + "/cancel", "back", "queue");
    assertThat(asked.html()).contains("name=\"back\" value=\"queue\"", "href=\"/console/queue\"");
    var cancelled =
        admin.post("/console/commands/" + first + "/cancel", "confirmed", "yes", "back", "queue");
    assertThat(cancelled.location()).isEqualTo(PAGE + "?notice=cancelled");
    assertThat(api.command(first).path("status").asText()).isEqualTo("cancelled");
    assertThat(admin.get(PAGE).html()).doesNotContain(first);
  }

  @Test
  void onlyAdminsHoldTheQueue() {
    var console = logIn("projects:execute");
    assertThat(console.get(PAGE).html())
        .contains("Nothing waits")
        .doesNotContain("/console/queue/pause");

    assertThat(console.post(PAGE + "/pause", "project", "").status()).isEqualTo(403);
    assertThat(console.post(PAGE + "/pause", "project", "demo").status()).isEqualTo(403);
    assertThat(admin.postAsIs(PAGE + "/pause", "project", "").status()).isEqualTo(403);

    assertThat(server.admin().run("queue").lines())
        .contains("paused=false")
        .noneMatch(it -> it.startsWith("pause="));
    assertThat(logIn("keys:read").get(PAGE).status()).isEqualTo(403);
  }

  @Test
  void anAdminOfOneProjectHoldsThatAndNothingElse() {
    var console = logIn("admin", "demo");
    var stranger = logIn("admin", "elsewhere");

    assertThat(console.get(PAGE).html())
        .contains("aria-label=\"Pause demo\"")
        .doesNotContain("Pause the whole queue?");
    assertThat(console.post(PAGE + "/pause", "project", "").status()).isEqualTo(403);
    assertThat(stranger.post(PAGE + "/pause", "project", "demo").status()).isEqualTo(404);
    assertThat(server.admin().run("queue").lines()).noneMatch(it -> it.startsWith("pause="));

    assertThat(console.post(PAGE + "/pause", "project", "demo").status()).isEqualTo(303);
    assertThat(stranger.post(PAGE + "/resume", "project", "demo").status()).isEqualTo(404);
    assertThat(stranger.get(PAGE).html()).doesNotContain("demo");
    assertThat(server.admin().run("queue").lines()).anyMatch(it -> it.startsWith("pause=demo"));
  }

  private JsonNode audited(String action) {
    return api.get("/audit?limit=1&action=" + action).data().get(0);
  }

  private ConsoleClient logIn(String scope, String... projects) {
    var body =
        projects.length == 0
            ? Map.of("name", "<b>" + scope, "scopes", List.of(scope))
            : Map.of(
                "name", "<b>" + scope, "scopes", List.of(scope), "project_ids", List.of(projects));
    var key = api.post("/keys", body).data().path("key").asText();
    return ConsoleClient.logIn(server.uri(), key);
  }
}
