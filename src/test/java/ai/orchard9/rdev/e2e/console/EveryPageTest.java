package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.WebhookReceiver;
import ai.orchard9.rdev.testing.browser.Browser;
import ai.orchard9.rdev.testing.browser.BrowserExtension;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds for every page of the console, each with something on it.
final class EveryPageTest {
  @RegisterExtension
  static final BrowserExtension BROWSER = BrowserExtension.on(ConsoleServer::uri);

  private static final Map<String, String> PATHS = new LinkedHashMap<>();

  private final Browser browser = BROWSER.get();

  @BeforeAll
  static void fill() {
    var client = ConsoleServer.get().client();
    var command = client.run("printf '\\033[1;31mred\\033[0m and plain\\n'; ls -la; exit 2");
    var run = Map.of("prompt", "init; says hi; result success false 0.0831 'Fixed, and tested.' 6");
    client.awaitEnd(
        client.post("/projects/demo/claude", run).data().path("id").asText(),
        Duration.ofSeconds(30));
    Console.key(client, "reader", "projects:read");
    var review = Map.of("content", "Review what was changed.\n\n- " + "long ".repeat(60) + "\n");
    client.send("PUT", "/projects/demo/claude-config/commands/review", Optional.of(review));
    try (var receiver = WebhookReceiver.http()) {
      var webhook = Console.webhook(client, receiver.url(), "every page");
      var path = "/webhooks/" + webhook;
      var delivery = client.post(path + "/test", Map.of()).data().path("id").asText();
      receiver.awaitRequests(1);
      PATHS.put("login", Console.LOGIN);
      PATHS.put("overview", "/console");
      PATHS.put("projects", "/console/projects");
      PATHS.put("project", "/console/projects/demo");
      PATHS.put("conversations", "/console/projects/demo/claude-sessions");
      PATHS.put("claude-config", "/console/projects/demo/claude-config");
      PATHS.put("claude-config-file", "/console/projects/demo/claude-config/commands/review");
      PATHS.put("commands", "/console/commands");
      PATHS.put("command", "/console/commands/" + command.path("id").asText());
      PATHS.put("keys", "/console/keys");
      PATHS.put("audit", "/console/audit");
      PATHS.put("webhooks", "/console/webhooks");
      PATHS.put("webhook", "/console" + path);
      PATHS.put("delivery", "/console/deliveries/" + delivery);
      PATHS.put("queue", "/console/queue");
      PATHS.put("limits", "/console/limits");
    }
  }

  @AfterAll
  static void clear() {
    var path = PATHS.get("webhook");
    if (path != null) {
      ConsoleServer.get().client().delete(path.substring("/console".length()));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "login",
        "overview",
        "projects",
        "project",
        "conversations",
        "claude-config",
        "claude-config-file",
        "commands",
        "command",
        "keys",
        "audit",
        "webhooks",
        "webhook",
        "delivery",
        "queue",
        "limits",
      })
  void isForEverybodyInEveryLightAtEveryWidth(String name) {
    visit(name);

    browser.screenshot("console-" + name);
    assertThat(browser.audit()).as("in light").isEmpty();
    assertThat(browser.dark(true).audit()).as("in dark").isEmpty();
    assertThat(browser.overflow()).isZero();
    browser.dark(false).narrow().screenshot("console-" + name + "-narrow");
    assertThat(browser.audit()).as("narrow").isEmpty();
    assertThat(browser.overflow()).as("sideways").isZero();
    assertThat(browser.script("return document.querySelectorAll('h1').length")).isEqualTo(1L);
    assertThat(browser.title()).isNotBlank();
    assertThat(browser.url().toString()).doesNotContain(ServerProcess.KEY);
    assertThat(browser.source()).doesNotContain(ServerProcess.KEY, "whsec_");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "overview",
        "projects",
        "project",
        "conversations",
        "claude-config",
        "claude-config-file",
        "commands",
        "command",
        "keys",
        "audit",
        "webhooks",
        "webhook",
        "delivery",
        "queue",
        "limits",
      })
  void isKeptByNobodyFramedByNobodyAndForThoseWhoLoggedIn(String name) {
    visit(name);
    var page = ConsoleServer.uri().resolve(path(name));

    var answer = new Forger(browser.cookies()).get(page);
    var stranger = new Forger(Set.of()).get(page);

    assertThat(answer.statusCode()).isEqualTo(200);
    var headers = answer.headers();
    assertThat(headers.firstValue("Cache-Control"))
        .hasValueSatisfying(it -> assertThat(it).contains("no-store"));
    assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(headers.firstValue("Content-Security-Policy"))
        .hasValueSatisfying(
            it ->
                assertThat(it)
                    .contains("frame-ancestors 'none'", "form-action 'self'")
                    .doesNotContain("unsafe-inline", "unsafe-eval"));
    assertThat(stranger.statusCode()).isEqualTo(303);
    assertThat(stranger.headers().firstValue("Location"))
        .hasValueSatisfying(it -> assertThat(it).contains("/console/login?next="));
    assertThat(stranger.body()).doesNotContain("demo");
  }

  @Test
  void leadsFromTheOverviewToEveryList() {
    Console.logIn(browser);

    assertThat(browser.page().links())
        .extracting(it -> it.getPath())
        .contains(
            "/console/projects",
            "/console/commands",
            "/console/keys",
            "/console/audit",
            "/console/webhooks",
            "/console/queue",
            "/console/limits");
  }

  private void visit(String name) {
    if (!name.equals("login")) {
      Console.logIn(browser);
    }
    browser.visit(path(name));
    assertThat(browser.path()).isEqualTo(path(name));
  }

  private static String path(String name) {
    return PATHS.getOrDefault(name, "none");
  }
}
