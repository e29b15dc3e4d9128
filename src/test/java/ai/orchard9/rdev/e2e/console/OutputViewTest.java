package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.browser.Browser;
import ai.orchard9.rdev.testing.browser.BrowserExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A command's output as a reader has it.
final class OutputViewTest {
  private static final String AT_THE_END =
      "lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 40";

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
  void hasColoursAndTellsStreamsApart() {
    var id =
        client
            .run(
                "printf 'a \\033[1;31mred\\033[0m b\\n'; printf '10%%\\r100%%\\n';"
                    + " echo wrong >&2; sleep 0.1")
            .path("id")
            .asText();

    browser.visit("/console/commands/" + id);
    var output = browser.page().part("#output.live").awaitText("wrong");

    assertThat(output.part(".line.err .t").text()).isEqualTo("wrong");
    assertThat(output.part(".t .b.f1").text()).isEqualTo("red");
    assertThat(output.text().lines()).contains("a red b", "100%");
  }

  @Test
  void beginsAtTheEndOfWhatFailed() {
    var id = client.run("seq 1 3000; exit 1").path("id").asText();

    browser.visit("/console/commands/" + id);
    browser.page().part("#output.live").awaitText("3000");

    await("return lines.scrollTop > 0 && " + AT_THE_END);
  }

  @Test
  void followsUntilTheReaderLooksBackAndThenWhenToldTo() throws IOException {
    var stop = server.workspace(ApiClient.DEMO).resolve("output-view-stop");
    var id =
        client.shell(
            "i=0; until [ -e output-view-stop ]; do i=$((i+1)); echo line $i; sleep 0.01; done");
    browser.visit("/console/commands/" + id);
    var output = browser.page().part("#output.live").awaitText("line 100");
    await("return lines.scrollTop > 0 && " + AT_THE_END);

    script("lines.scrollTop = 0");
    await("return follow.getAttribute('aria-pressed') === 'false'");
    var height = number("return lines.scrollHeight");
    await("return lines.scrollHeight > " + height + " + 200");
    assertThat(number("return lines.scrollTop")).isZero();

    output.press("Follow");
    await("return " + AT_THE_END);
    Files.createFile(stop);
    Console.awaitStatus(browser, "completed");
    Files.delete(stop);
  }

  @Test
  void breaksLongLinesWhenToldTo() {
    var id = client.run("head -c 5000 /dev/zero | tr '\\0' x; echo").path("id").asText();
    browser.visit("/console/commands/" + id);
    var output = browser.page().part("#output.live").awaitText("xxxx");
    await("return lines.scrollWidth > lines.clientWidth");

    output.press("Wrap");

    await("return lines.scrollWidth <= lines.clientWidth");
    await("return lines.querySelector('.line').getBoundingClientRect().height > 60");
  }

  private @Nullable Object script(String script) {
    return browser.script(
        "const lines = document.querySelector('#output .lines');"
            + "const follow = document.getElementById('output-follow');"
            + script);
  }

  private long number(String script) {
    return ((Number) Objects.requireNonNull(script(script))).longValue();
  }

  private void await(String condition) {
    Awaitility.await(condition)
        .atMost(Duration.ofSeconds(15))
        .until(() -> Boolean.TRUE.equals(script(condition)));
  }
}
