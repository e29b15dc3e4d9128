package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.browser.Browser;
import ai.orchard9.rdev.testing.browser.BrowserExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Running commands and watching them in the console.
final class CommandPageTest {
  @RegisterExtension
  static final BrowserExtension BROWSER = BrowserExtension.on(ConsoleServer::uri);

  private final ServerProcess server = ConsoleServer.get();
  private final ApiClient client = server.client();
  private final Browser browser = BROWSER.get();

  @BeforeEach
  void logIn() {
    Console.logIn(browser);
  }

  @Test
  void showsOutputAsItComesAndTheEnd() throws IOException {
    var go = server.workspace(ApiClient.DEMO).resolve("console-go");
    browser.visit("/console/projects/demo");
    browser
        .fill("Command", "echo one; until [ -e console-go ]; do sleep 0.05; done; echo two >&2")
        .press("Run");
    browser.awaitPath(Console.COMMAND);
    var output = browser.page().part("#output").awaitText("one");
    Console.awaitStatus(browser, "running");
    var loaded = browser.loaded();

    Files.createFile(go);

    output.awaitText("two");
    Console.awaitStatus(browser, "completed");
    assertThat(output.text().lines()).containsSubsequence("one", "two");
    assertThat(browser.loaded()).isEqualTo(loaded);
    assertThat(browser.page().hasButton("Cancel")).isFalse();
    Files.delete(go);
  }

  @Test
  void cancelsWhatRunsOnceThatIsMeant() {
    var id = client.shell("echo up; sleep 600");
    client.awaitRunning(id);
    browser.visit("/console/commands/" + id).page().part("#output").awaitText("up");

    browser.press("Cancel").dialog().awaitText("Cancel");
    browser.escape();
    assertThat(client.command(id).path("status").asText()).isEqualTo("running");

    browser.page().pressAndConfirm("Cancel");

    Console.awaitStatus(browser, "cancelled");
    assertThat(client.command(id).path("status").asText()).isEqualTo("cancelled");
    assertThat(browser.reload().page().hasButton("Cancel")).isFalse();
  }

  @Test
  void listsCommands() {
    var id = client.shell(Map.of("command", "true", "priority", "low"));
    client.awaitEnd(id, Duration.ofSeconds(30));

    browser.visit("/console/commands");

    browser.page().row(id).awaitText("demo");
    assertThat(browser.page().links())
        .contains(ConsoleServer.uri().resolve("/console/commands/" + id));
  }

  @Test
  void runsOneAgain() {
    var first = client.run("echo again; exit 3").path("id").asText();
    browser.visit("/console/commands/" + first);
    Console.awaitStatus(browser, "failed");

    browser.press("Run again").awaitPath("/console/commands/(?!" + first + ")cmd-[0-9a-z]+");

    browser.page().part("#output").awaitText("again");
    Console.awaitStatus(browser, "failed");
    var second = client.command(Console.id(browser));
    assertThat(second.path("command").asText()).isEqualTo("echo again; exit 3");
    assertThat(second.path("exit_code").asInt()).isEqualTo(3);
  }

  @Test
  void saysWhatIsWrongWithACommandAndKeepsIt() {
    browser.visit("/console/projects/demo").fill("Command", "rm -rf /").press("Run");

    browser.awaitPath("/console/projects/demo.*");
    assertThat(browser.page().value("Command")).isEqualTo("rm -rf /");
    assertThat(browser.complaints()).allMatch(it -> it.matches("(?s).*status of 40[0-9].*"));
  }
}
