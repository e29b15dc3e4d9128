package ai.orchard9.rdev.e2e.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.browser.Browser;
import ai.orchard9.rdev.testing.browser.BrowserExtension;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Cookie;

/// Who gets into the console, and how they leave it.
final class LogInTest {
  @RegisterExtension
  static final BrowserExtension BROWSER = BrowserExtension.on(ConsoleServer::uri);

  private final Browser browser = BROWSER.get();

  @Test
  void letsInWithAKeyAndOutAgain() {
    browser.visit("/console");
    assertThat(browser.path()).isEqualTo(Console.LOGIN);

    Console.tryLogIn(browser, ServerProcess.KEY).awaitPath("/console/?");
    assertThat(browser.url().toString()).doesNotContain(ServerProcess.KEY);
    assertThat(browser.source()).doesNotContain(ServerProcess.KEY);
    browser.press("Log out").awaitPath(Console.LOGIN);

    browser.visit("/console/commands");
    assertThat(browser.path()).isEqualTo(Console.LOGIN);
  }

  @Test
  void endsTheSessionForWhoeverKeptItsCookieToo() {
    Console.logIn(browser);
    var kept = Forger.with(browser.cookies());
    assertThat(kept.get(ConsoleServer.uri().resolve("/console")).statusCode()).isEqualTo(200);

    browser.press("Log out").awaitPath(Console.LOGIN);

    assertThat(kept.get(ConsoleServer.uri().resolve("/console")).statusCode()).isEqualTo(303);
  }

  @Test
  void goesOnToWhatWasAskedFor() {
    browser.visit("/console/commands?status=failed");

    Console.tryLogIn(browser, ServerProcess.KEY).awaitPath("/console/commands");

    assertThat(browser.url().getQuery()).isEqualTo("status=failed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example/",
        "//evil.example/console",
        "/\\evil.example/console",
        "\\\\evil.example",
        "/console/../../evil",
        "/\t/evil.example",
        "javascript:alert(1)",
        "console@evil.example",
      })
  void neverGoesOnToAnotherSite(String next) {
    browser.visit(Console.LOGIN + "?next=" + URLEncoder.encode(next, UTF_8));

    Console.tryLogIn(browser, ServerProcess.KEY).awaitPath("/console(?!/login).*");

    assertThat(browser.url().getAuthority()).isEqualTo(ConsoleServer.uri().getAuthority());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rdev_nobody_has_this_key_012345",
        "rdev_sk_0123abcd_0123456789ABCDEFGHIJKLMNOPQRSTUV000000",
        "\"><script>alert(1)</script>",
      })
  void refusesAnythingElseWithoutRepeatingIt(String key) {
    var first = browser.visit(Console.LOGIN).text();

    Console.tryLogIn(browser, key);

    await().untilAsserted(() -> assertThat(browser.text()).isNotEqualTo(first));
    assertThat(browser.path()).isEqualTo(Console.LOGIN);
    assertThat(browser.page().value("API key")).isEmpty();
    assertThat(browser.source()).doesNotContain(key, "alert(1)");
    assertThat(browser.url().toString()).doesNotContain("rdev_", "alert");
    assertRefused(browser);
  }

  @Test
  void letsNoRevokedKeyStayNorComeBack() {
    var client = ConsoleServer.get().client();
    var key = Console.key(client, "leaves", "projects:read");
    Console.logIn(browser, key.text());

    client.delete("/keys/" + key.id());

    await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> browser.visit("/console").path().equals(Console.LOGIN));
    Console.tryLogIn(browser, key.text());
    browser.awaitText("revoked");
    assertThat(browser.path()).isEqualTo(Console.LOGIN);
    assertRefused(browser);
  }

  @Test
  void keepsItsCookiesFromScriptsAndOtherSites() {
    Console.logIn(browser);

    assertThat(browser.cookies())
        .isNotEmpty()
        .allSatisfy(
            it -> {
              assertThat(it.isHttpOnly()).as("HttpOnly of " + it.getName()).isTrue();
              assertThat(it.getSameSite()).as("SameSite of " + it.getName()).isEqualTo("Strict");
              assertThat(it.getValue()).doesNotContain(ServerProcess.KEY);
            });
    assertThat(browser.script("return document.cookie")).isEqualTo("");
  }

  @Test
  void givesEachLogInASessionOfItsOwn() {
    browser.visit(Console.LOGIN);
    var before = values(browser.cookies());

    var first = values(Console.logIn(browser).cookies());
    var second = values(Console.logIn(browser.forget()).cookies());

    assertThat(first).isNotEmpty();
    assertThat(first.values()).doesNotContainAnyElementsOf(before.values());
    assertThat(second.keySet()).isEqualTo(first.keySet());
    assertThat(second.values()).doesNotContainAnyElementsOf(first.values());
  }

  @Test
  void neverTakesASessionThatSomebodyElseChose() {
    var cookies = Console.logIn(browser).cookies();
    browser.forget().visit(Console.LOGIN);
    var planted =
        cookies.stream()
            .map(
                it ->
                    new Cookie.Builder(it.getName(), "chosen" + "0".repeat(37))
                        .path(it.getPath())
                        .build())
            .collect(Collectors.toSet());
    planted.forEach(browser::plant);

    Console.logIn(browser);

    assertThat(values(browser.cookies()).values())
        .isNotEmpty()
        .noneMatch(it -> it.contains("chosen"));
    var attacker = Forger.with(planted);
    assertThat(attacker.get(ConsoleServer.uri().resolve("/console")).statusCode()).isEqualTo(303);
  }

  private static void assertRefused(Browser browser) {
    assertThat(browser.complaints()).allMatch(it -> it.matches("(?s).*status of 40[0-9].*"));
  }

  private static Map<String, String> values(Set<Cookie> cookies) {
    return cookies.stream().collect(Collectors.toMap(Cookie::getName, Cookie::getValue));
  }
}
