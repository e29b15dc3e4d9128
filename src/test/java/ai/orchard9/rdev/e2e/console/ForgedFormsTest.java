package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.WebhookReceiver;
import ai.orchard9.rdev.testing.browser.Browser;
import ai.orchard9.rdev.testing.browser.BrowserExtension;
import ai.orchard9.rdev.testing.browser.Form;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Forms that no page of the console sent, or not for this user: they do nothing.
final class ForgedFormsTest {
  @RegisterExtension
  static final BrowserExtension BROWSER = BrowserExtension.on(ConsoleServer::uri);

  private final ApiClient client = ConsoleServer.get().client();
  private final Browser browser = BROWSER.get();
  private final WebhookReceiver receiver = WebhookReceiver.http();
  private String command = "";
  private String key = "";
  private String webhook = "";
  private String delivery = "";

  @BeforeEach
  void fill() {
    command = client.shell("sleep 600");
    client.awaitRunning(command);
    key = Console.key(client, "target " + command, "projects:read").id();
    webhook = Console.webhook(client, receiver.url(), "target");
    delivery = client.post("/webhooks/" + webhook + "/test", Map.of()).data().path("id").asText();
    receiver.awaitRequests(1);
  }

  @AfterEach
  void clear() {
    client.post("/commands/" + command + "/cancel", Map.of("grace_seconds", 0));
    client.delete("/keys/" + key);
    client.delete("/webhooks/" + webhook);
    receiver.close();
  }

  @Test
  void doNothingWithoutTheSessionsTokenOrWithAnothers() {
    Console.logIn(browser);
    var foreign = browser.page().form("Log out");
    assertThat(foreign.hidden()).isNotEmpty();
    Console.logIn(browser.forget());
    var forms = forms();
    var forger = new Forger(browser.cookies());
    var before = state();

    forms.forEach(
        (name, form) -> {
          assertThat(forger.post(form.withoutHidden()).statusCode()).as(name).isEqualTo(403);
          assertThat(forger.post(form.withHiddenOf(foreign)).statusCode()).as(name).isEqualTo(403);
          var emptied = form.withHiddenOf(emptied(foreign));
          assertThat(forger.post(emptied).statusCode()).as(name).isEqualTo(403);
        });

    assertThat(state()).isEqualTo(before);
    assertThat(receiver.requests()).hasSize(1);
    // And the forger is no bungler: with the token it works, the session still stands.
    assertThat(forger.post(form(forms, "Run")).statusCode()).isEqualTo(303);
    assertThat(state()).isNotEqualTo(before);
  }

  @Test
  void doNothingFromAnotherSite() {
    Console.logIn(browser);
    var forms = forms();
    var forger = new Forger(browser.cookies());
    var before = state();

    forms.forEach(
        (name, form) ->
            assertThat(forger.post(form, "https://evil.example").statusCode())
                .as(name)
                .isEqualTo(403));

    assertThat(state()).isEqualTo(before);
  }

  @Test
  void doNothingForWhoeverIsNotLoggedIn() {
    Console.logIn(browser);
    var forms = forms();
    var stranger = new Forger(Set.of());
    var before = state();

    forms.forEach(
        (name, form) -> assertThat(stranger.post(form).statusCode()).as(name).isIn(303, 401, 403));

    assertThat(state()).isEqualTo(before);
  }

  @Test
  void doNothingForAKeyThatMayOnlyRead() {
    Console.logIn(browser);
    var forms = new LinkedHashMap<>(forms());
    forms.remove("Log out");
    var reader = Console.key(client, "reads " + command, "projects:read");
    Console.logIn(browser.forget(), reader.text());
    var own = browser.page().form("Log out");
    var forger = new Forger(browser.cookies());
    var before = state();

    forms.forEach(
        (name, form) ->
            assertThat(forger.post(form.withHiddenOf(own)).statusCode()).as(name).isIn(403, 404));

    assertThat(state()).isEqualTo(before);
    for (var page : List.of("keys", "audit", "webhooks", "webhooks/" + webhook)) {
      assertThat(forger.get(ConsoleServer.uri().resolve("/console/" + page)).statusCode())
          .as(page)
          .isIn(403, 404);
    }
    assertThat(browser.visit("/console/projects/demo").page().buttons()).containsOnly("Log out");
    browser.visit("/console/commands/" + command);
    Console.awaitStatus(browser, "running");
    assertThat(browser.page().buttons()).doesNotContain("Cancel", "Run again");
    client.delete("/keys/" + reader.id());
  }

  @Test
  void doNotLogAnybodyInFromAnotherSite() {
    var form =
        browser.visit(Console.LOGIN).fill("API key", ServerProcess.KEY).page().form("Log in");
    var forger = new Forger(browser.cookies());

    assertThat(forger.post(form, "https://evil.example").statusCode()).isEqualTo(403);
    assertThat(forger.post(form).statusCode()).isEqualTo(303);
  }

  /// Those that do harm, as this session may send them.
  private Map<String, Form> forms() {
    var forms = new LinkedHashMap<String, Form>();
    browser.visit("/console/projects/demo").fill("Command", "touch forged");
    forms.put("Run", browser.page().form("Run"));
    browser.visit("/console/commands/" + command);
    forms.put("Cancel", browser.page().form("Cancel"));
    browser.visit("/console/keys").fill("Name", "forged").tick("admin");
    forms.put("Create key", browser.page().form("Create key"));
    forms.put("Revoke", browser.page().row("target " + command).form("Revoke"));
    browser.visit("/console/webhooks/" + webhook);
    forms.put("Send test", browser.page().form("Send test"));
    browser.visit("/console/deliveries/" + delivery);
    forms.put("Redeliver", browser.page().form("Redeliver"));
    forms.put("Log out", browser.page().form("Log out"));
    return forms;
  }

  private static Form emptied(Form form) {
    var emptied = form;
    for (var name : form.hidden()) {
      emptied = emptied.with(name, "");
    }
    return emptied;
  }

  private static Form form(Map<String, Form> forms, String name) {
    return Objects.requireNonNull(forms.get(name));
  }

  /// All that a form could have changed.
  private List<String> state() {
    var state = new ArrayList<String>();
    for (var list : List.of("/commands?limit=200", "/keys?limit=200")) {
      for (var one : client.get(list).data()) {
        state.add(one.path("id").asText() + " " + one.path("status").asText());
      }
    }
    for (var one : client.get("/webhooks/" + webhook + "/deliveries").data()) {
      state.add(one.path("id").asText());
    }
    return state;
  }
}
