package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.browser.Browser;
import ai.orchard9.rdev.testing.browser.BrowserExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The console in a browser that runs no scripts: nothing moves, and everything works.
final class WithoutScriptsTest {
  @RegisterExtension
  static final BrowserExtension BROWSER = BrowserExtension.withoutJavaScript(ConsoleServer::uri);

  private final ApiClient client = ConsoleServer.get().client();
  private final Browser browser = BROWSER.get();

  @Test
  void runsACommandAndShowsWhatItPrinted() {
    Console.logIn(browser).visit("/console/projects").follow("demo");
    browser.awaitPath("/console/projects/demo");

    browser.fill("Command", "echo without scripts").press("Run");

    browser.awaitPath(Console.COMMAND);
    client.awaitEnd(Console.id(browser), Duration.ofSeconds(30));
    Console.awaitStatus(browser.reload(), "completed");
    assertThat(browser.page().part("#output").text()).contains("without scripts");
    var id = Console.id(browser);
    assertThat(browser.visit("/console/commands").page().row(id).text()).contains("demo");
  }

  @Test
  void isAskedByTheServerBeforeItCancels() {
    var id = client.shell("echo up; sleep 600");
    client.awaitRunning(id);
    await().until(() -> client.output(id).length > 0);
    Console.logIn(browser).visit("/console/commands/" + id);
    Console.awaitStatus(browser, "running");
    assertThat(browser.page().part("#output").text()).contains("up");

    browser.press("Cancel").awaitPath(Console.COMMAND + "/cancel");
    assertThat(client.command(id).path("status").asText()).isEqualTo("running");
    browser.press("Cancel");

    client.awaitEnd(id, Duration.ofSeconds(30));
    Console.awaitStatus(browser.visit("/console/commands/" + id), "cancelled");
    browser.press("Log out").awaitPath(Console.LOGIN);
  }
}
