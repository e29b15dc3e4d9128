package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.browser.Browser;
import ai.orchard9.rdev.testing.browser.BrowserExtension;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Looking for what happened in the console.
final class AuditPageTest {
  @RegisterExtension
  static final BrowserExtension BROWSER = BrowserExtension.on(ConsoleServer::uri);

  private final ApiClient client = ConsoleServer.get().client();
  private final Browser browser = BROWSER.get();

  @BeforeEach
  void logIn() {
    Console.logIn(browser);
  }

  @Test
  void showsOnlyWhatIsAskedFor() {
    var failed = client.run("exit 3").path("id").asText();
    var completed = client.run("true").path("id").asText();
    browser.visit("/console/audit").awaitText("command.submitted");

    browser.fill("Action", "command.finished").fill("Outcome", "failed");
    browser.fill("Project", ApiClient.DEMO).press("Filter");

    browser.page().part("tbody").awaitNoText("command.submitted");
    assertThat(browser.url().getQuery()).contains("action=command.finished", "outcome=failed");
    var found = browser.page().part("tbody").text();
    assertThat(found).contains("command.finished", failed).doesNotContain(completed);
    assertThat(browser.page().value("Action")).isEqualTo("command.finished");
  }

  @Test
  void showsWhoDidIt() {
    client.run("true");
    browser.visit("/console/audit").fill("Actor", "admin_key").press("Filter");

    var found = browser.page().part("tbody").awaitNoText("command.finished").text();

    assertThat(found).contains("command.submitted", "admin", "console.login");
  }

  @Test
  void findsNothingInTheFuture() {
    client.run("true");
    browser.visit("/console/audit").fill("Since", "2199-01-01T00:00:00Z").press("Filter");

    Awaitility.await()
        .untilAsserted(() -> assertThat(browser.url().toString()).contains("since=2199-01-01"));
    assertThat(browser.page().has("tbody") ? browser.page().part("tbody").text() : "")
        .doesNotContain("command.");
    browser.visit("/console/audit").fill("Until", "2199-01-01T00:00:00Z").press("Filter");
    browser.page().part("tbody").awaitText("command.submitted");
  }
}
