package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.browser.Browser;
import ai.orchard9.rdev.testing.browser.BrowserExtension;
import java.time.Duration;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Making keys in the console and taking them back.
final class KeyPageTest {
  private static final Pattern KEY = Pattern.compile("rdev_sk_[0-9a-f]{8}_[0-9A-Za-z]{38}");

  @RegisterExtension
  static final BrowserExtension BROWSER = BrowserExtension.on(ConsoleServer::uri);

  private final ServerProcess server = ConsoleServer.get();
  private final Browser browser = BROWSER.get();

  @Test
  void makesAKeyShowsItOnceAndTakesItBack() {
    Console.logIn(browser).visit("/console/keys");
    browser.fill("Name", "journey").tick("projects:read").press("Create key");

    var shown = KEY.matcher(browser.page().part("#new-key").awaitText("rdev_sk_").text());
    assertThat(shown.find()).isTrue();
    var key = shown.group();
    assertThat(browser.url().toString()).doesNotContain("rdev_sk_");
    var itself = new ApiClient(server.uri(), key);
    var self = itself.get("/keys/self").data();
    assertThat(self.path("name").asText()).isEqualTo("journey");
    assertThat(self.path("scopes").toString()).isEqualTo("[\"projects:read\"]");
    browser.visit("/console/keys");
    assertThat(browser.source()).doesNotContain(key);
    assertThat(browser.page().has("#new-key")).isFalse();

    browser.page().row("journey").pressAndConfirm("Revoke");

    browser.awaitText("revoked");
    Awaitility.await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> itself.get("/keys/self").status() == 401);
    browser.press("Log out").awaitPath(Console.LOGIN);
    Console.tryLogIn(browser, key).awaitText("revoked");
    assertThat(browser.path()).isEqualTo(Console.LOGIN);
    assertThat(browser.complaints()).allMatch(it -> it.matches("(?s).*status of 40[0-9].*"));
  }

  @Test
  void makesNoKeyWithoutAScope() {
    Console.logIn(browser).visit("/console/keys");

    browser.fill("Name", "scopeless").press("Create key");

    browser.awaitPath("/console/keys");
    assertThat(browser.page().has("#new-key")).isFalse();
    assertThat(server.client().get("/keys?limit=200").text()).doesNotContain("scopeless");
    assertThat(browser.complaints()).allMatch(it -> it.matches("(?s).*status of 40[0-9].*"));
  }
}
