package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.browser.Browser;
import ai.orchard9.rdev.testing.browser.BrowserExtension;
import ai.orchard9.rdev.testing.contract.Contract;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The pages of the API's description, in a browser. What the browser complains about, as what the
/// content policy forbids, fails a test by itself.
final class ApiDocsPageTest {
  @RegisterExtension
  static final BrowserExtension BROWSER = BrowserExtension.on(ConsoleServer::uri);

  private final Browser browser = BROWSER.get();

  @ParameterizedTest
  @ValueSource(strings = {"/docs", "/docs/"})
  void showsEveryOperationAndAsksNobodyElse(String path) {
    browser.visit(path).awaitText("Durable remote commands in projects, streamed.");

    var operations = Contract.operations();
    browser.awaitText(operations.getLast().node().path("summary").asText());
    assertThat(browser.script("return document.querySelectorAll('.opblock').length"))
        .isEqualTo((long) operations.size() + Contract.document().path("webhooks").size());
    var text = browser.text();
    for (var operation : operations) {
      assertThat(text).contains(operation.node().path("summary").asText());
    }
    assertThat(requested()).isNotEmpty().allMatch(it -> it.startsWith(origin()));
  }

  @Test
  void callsTheServerWithAKeyThatIsKeptNowhere() {
    browser.visit("/docs/#/Keys/getOwnKey").awaitText("Look at the key that asks");
    browser.press("Authorize");
    var dialog = browser.page().part(".modal-ux");
    var form = dialog.part("form");
    form.fill("Value:", ServerProcess.KEY).press("Authorize").press("Close");

    browser.press("Try it out").press("Execute");

    browser.page().part(".live-responses-table").awaitText("\"key_prefix\": \"admin\"");
    assertThat(browser.url().toString()).doesNotContain(ServerProcess.KEY);
    assertThat(browser.script("return localStorage.length + sessionStorage.length")).isEqualTo(0L);
    assertThat(browser.cookies()).isEmpty();
    assertThat(requested()).allMatch(it -> it.startsWith(origin()));
  }

  @Test
  void isForEverybodyAtEveryWidth() {
    browser.visit("/docs/#/Keys/createKey").awaitText("Make a key");

    browser.screenshot("docs");
    assertThat(browser.audit()).isEmpty();
    browser.narrow().screenshot("docs-narrow");
    assertThat(browser.overflow()).as("sideways").isZero();
    browser.wide().press("Authorize");
    assertThat(browser.audit()).as("of the dialog").isEmpty();
  }

  /// Whatever the page has asked for.
  private List<String> requested() {
    var names =
        browser.script("return performance.getEntriesByType('resource').map(it => it.name)");
    return ((List<?>) Objects.requireNonNull(names)).stream().map(String::valueOf).toList();
  }

  private static String origin() {
    return ConsoleServer.uri() + "/";
  }
}
