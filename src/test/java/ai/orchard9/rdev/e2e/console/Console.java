package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.browser.Browser;
import java.net.URI;
import java.util.List;
import java.util.Map;

/// What every journey through the console does.
final class Console {
  static final String LOGIN = "/console/login";
  static final String COMMAND = "/console/commands/cmd-[0-9a-z]+";

  private Console() {}

  /// Logs in with the admin key.
  static Browser logIn(Browser browser) {
    return logIn(browser, ServerProcess.KEY);
  }

  /// Logs in and waits for the overview.
  static Browser logIn(Browser browser, String key) {
    tryLogIn(browser.visit(LOGIN), key).awaitPath("/console/?");
    return browser;
  }

  /// Sends a key from the page that asks for one.
  static Browser tryLogIn(Browser browser, String key) {
    return browser.fill("API key", key).press("Log in");
  }

  /// Waits until the page of a command, or of a delivery, shows that status.
  static void awaitStatus(Browser browser, String status) {
    browser.page().part("[data-status-badge]").awaitOnly(status);
  }

  /// The last part of the path: an id.
  static String id(Browser browser) {
    return browser.path().substring(browser.path().lastIndexOf('/') + 1);
  }

  /// A new key of the API.
  static Key key(ApiClient client, String name, String... scopes) {
    var answer = client.post("/keys", Map.of("name", name, "scopes", List.of(scopes)));
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return new Key(answer.data().path("id").asText(), answer.data().path("key").asText());
  }

  /// A new webhook for what becomes of commands.
  ///
  /// @return its id
  static String webhook(ApiClient client, URI url, String description) {
    var answer =
        client.post(
            "/webhooks",
            Map.of(
                "url",
                url.toString(),
                "events",
                List.of("command.failed"),
                "description",
                description));
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer.data().path("id").asText();
  }

  record Key(String id, String text) {}
}
