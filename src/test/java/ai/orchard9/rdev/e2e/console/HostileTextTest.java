package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.browser.Browser;
import ai.orchard9.rdev.testing.browser.BrowserExtension;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What commands, keys and webhooks carry is text to the console, whatever it looks like. That no
/// dialog opens and the browser complains of nothing, the browser's extension sees to.
final class HostileTextTest {
  private static final String SCRIPT = "<script>alert(1)</script>";
  private static final String OVERRIDE = "\u202e";
  private static final String NAME =
      SCRIPT
          + "\"'><img src=x onerror=alert(2)> javascript:alert(3) ${7*7} [[${7*7}]] "
          + OVERRIDE
          + "gpj";

  /// SGR, a link of OSC 8, the clipboard by OSC 52, a title, a cleared screen, DCS, C1, NUL, an
  /// overwritten line, an override of direction, bytes that are not UTF-8.
  private static final String PRINT =
      "printf '\\033[31mred\\033[0m \\033]8;;javascript:alert(4)\\033\\\\link\\033]8;;\\033\\\\"
          + " \\033]52;c;ZXZpbA==\\007 \\033]0;title\\007 \\033[2J \\033P1$r\\033\\\\"
          + " \\302\\233 31m \\000\\nhidden\\rshown \\342\\200\\256gpj.exe \\377 end\\n'"
          + "; echo '"
          + SCRIPT
          + "<img src=x onerror=alert(5)>'";

  /// Text nodes that turn around what stands beside them: an override in no box of its own.
  private static final String LEAKS =
      """
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const leaks = [];
      while (texts.nextNode()) {
        const box = texts.currentNode.parentElement;
        if (/[\\u202a-\\u202e\\u2066-\\u2069]/.test(texts.currentNode.data)
            && getComputedStyle(box).unicodeBidi === 'normal') {
          leaks.push(box.outerHTML);
        }
      }
      return leaks;
      """;

  private static final String CONFIG = "/projects/demo/claude-config/skills/hostile";

  @RegisterExtension
  static final BrowserExtension BROWSER = BrowserExtension.on(ConsoleServer::uri);

  private static String command = "";
  private static String webhook = "";
  private static String delivery = "";

  private final Browser browser = BROWSER.get();

  @BeforeAll
  static void fill() {
    var client = ConsoleServer.get().client();
    var metadata = Map.of("note", NAME, "link", "javascript:alert(6)", "html", SCRIPT);
    command =
        client
            .run(Map.of("command", PRINT + " # " + NAME.replace("'", ""), "metadata", metadata))
            .path("id")
            .asText();
    Console.key(client, NAME, "projects:read");
    client.send("PUT", CONFIG, Optional.of(Map.of("content", NAME + PRINT)));
    var url = URI.create("http://127.0.0.1:9/x?'onmouseover='alert(7)&javascript:alert(8)//");
    webhook = Console.webhook(client, url, NAME);
    delivery = client.post("/webhooks/" + webhook + "/test", Map.of()).data().path("id").asText();
  }

  @AfterAll
  static void clear() {
    client().delete("/webhooks/" + webhook);
  }

  @BeforeEach
  void logIn() {
    Console.logIn(browser);
  }

  @Test
  void isTextOnThePageOfACommand() {
    browser.visit("/console/commands/" + command);
    Console.awaitStatus(browser, "completed");

    var output = browser.page().part("#output").awaitText(SCRIPT);

    assertHarmless("/console/commands/" + command);
    assertThat(output.text())
        .contains("red", "link", "shown", "end", "<img src=x onerror=alert(5)>")
        .doesNotContain("\u001b", "\u009b", "\u0007", "\u0000");
    assertThat(browser.page().part("#output .lines").links())
        .allMatch(it -> it.getFragment() != null && it.getFragment().matches("L[0-9]+"));
    assertThat(browser.text()).contains("<img src=x onerror=alert(2)>", "javascript:alert(6)");
    assertThat(browser.title()).doesNotContain("title\u0007", "\u001b");
  }

  @Test
  void isTextInEveryList() {
    for (var path :
        List.of(
            "/console",
            "/console/projects/demo",
            "/console" + CONFIG,
            "/console/commands",
            "/console/keys",
            "/console/audit",
            "/console/webhooks",
            "/console/webhooks/" + webhook,
            "/console/deliveries/" + delivery,
            "/console/queue",
            "/console/limits")) {
      assertHarmless(path);
    }
    assertThat(browser.visit("/console/keys").text()).contains(SCRIPT, "[[${7*7}]]");
    assertThat(browser.visit("/console/webhooks/" + webhook).text())
        .contains(SCRIPT, "onmouseover='alert(7)");
  }

  @Test
  void isTextWhereItIsAskedFor() {
    var hostile = "%22%3E%3Cscript%3Ealert(9)%3C/script%3E%27${7*7}";
    for (var path :
        List.of(
            "/console/audit?actor=" + hostile + "&action=" + hostile + "&project=" + hostile,
            "/console/commands?project=" + hostile)) {
      assertHarmless(path.replace("${7*7}", "%24%7B7*7%7D"));
    }
    browser.forget();
    assertHarmless(Console.LOGIN + "?next=" + hostile.replace("${7*7}", ""));
  }

  private void assertHarmless(String path) {
    browser.visit(path);

    assertThat(browser.script("return [...document.scripts].filter(it => it.text).length"))
        .as("scripts in " + path)
        .isEqualTo(0L);
    assertThat(
            browser.script("return document.querySelectorAll('[onerror], [onmouseover]').length"))
        .as("handlers in " + path)
        .isEqualTo(0L);
    assertThat(browser.page().links())
        .as(path)
        .allMatch(it -> it.getScheme().equals("http") && it.getHost().equals("127.0.0.1"));
    assertThat(Objects.requireNonNull(browser.script(LEAKS))).as(path).isEqualTo(List.of());
    assertThat(browser.text()).as(path).doesNotContain("\u001b", "49 [[");
  }

  private static ApiClient client() {
    return ConsoleServer.get().client();
  }
}
