package ai.orchard9.rdev.testing.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.UnhandledAlertException;

/// Tests of pages see what they have to see.
final class BrowserTest {
  private static final SmallSite SITE = SmallSite.start();

  @RegisterExtension static final BrowserExtension BROWSER = BrowserExtension.on(SITE::uri);

  @RegisterExtension
  static final BrowserExtension PLAIN = BrowserExtension.withoutJavaScript(SITE::uri);

  private final Browser browser = BROWSER.get();
  private final Browser plain = PLAIN.get();

  @AfterAll
  static void stop() {
    SITE.close();
  }

  @Test
  void hearsAScriptFailAndThePolicyRefuse() {
    show("<script nonce=n>undefined.field</script><script>window.evil = 1</script>");

    var complaints = browser.complaints();

    assertThat(complaints)
        .hasSize(2)
        .anyMatch(it -> it.contains("TypeError"))
        .anyMatch(it -> it.contains("Content Security Policy"));
    assertThat(browser.script("return window.evil")).isNull();
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void hearsOfWhatIsMissing() {
    show("<img alt=logo src=/missing.png>");

    assertThat(browser.complaints()).singleElement().asString().contains("404");
  }

  @Test
  void findsNothingWrongWithAGoodPage() {
    show("<main><h1>Fine</h1><label>Name <input></label></main>");

    assertThat(browser.audit()).isEmpty();
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void findsPicturesWithoutWordsAndPaleWords() {
    show("<main><h1>Bad</h1><img src=/logo.svg><p class=pale>pale</p></main>");

    assertThat(browser.audit())
        .satisfiesExactlyInAnyOrder(
            it -> assertThat(it).startsWith("image-alt (critical): ").contains(" — img: "),
            it ->
                assertThat(it)
                    .startsWith("color-contrast (serious): ")
                    .contains(" — p: ", "#dddddd"));
  }

  @Test
  void findsWhatIsPaleInTheDarkOnly() {
    show("<main><h1>Bad</h1><p class=night>pale</p></main>");

    assertThat(browser.audit()).isEmpty();
    assertThat(browser.dark(true).audit()).singleElement().asString().contains("#333333");
  }

  @Test
  void failsTheStepAfterADialogOfThePage() {
    show("<script nonce=n>setTimeout(() => alert(1))</script>");

    assertThatThrownBy(() -> browser.awaitText("never"))
        .isInstanceOf(UnhandledAlertException.class);
  }

  @Test
  void runsScriptsUnlessToldNotTo() {
    SITE.show("<p id=p>before</p><script nonce=n>p.textContent = 'after'</script>");

    assertThat(browser.visit("/").text()).isEqualTo("after");
    assertThat(plain.visit("/").text()).isEqualTo("before");
  }

  @Test
  void fillsInAndSendsAFormByItsLabelsWithScriptsOrWithout() {
    SITE.show(
        """
        <form method=post action=/echo>
        <input type=hidden name=token value=t1>
        <label for=n>Name <small>as you like</small></label><input id=n name=name value=old>
        <label>Kind <select name=kind><option value=1>one<option value=2>two</select></label>
        <label><input type=checkbox name=scope value=r> projects:read</label>
        <label><input type=checkbox name=scope value=w> projects:write</label>
        <label>Since <input type=datetime-local name=since></label>
        <button>Create key</button></form>\
        """);

    for (var each : List.of(browser, plain)) {
      each.visit("/").fill("Name", "a & b").fill("Kind", "two").tick("projects:read");
      each.fill("Since", "2026-01-02T03:04:00Z");
      var form = each.page().form("Create key");
      each.press("Create key");

      assertThat(each.awaitPath("/ec.*")).isEqualTo("/echo");
      assertThat(each.text())
          .isEqualTo("token=t1&name=a+%26+b&kind=2&scope=r&since=2026-01-02T03%3A04");
      assertThat(form.action()).isEqualTo(SITE.uri().resolve("/echo"));
      assertThat(form.hidden()).isEqualTo(Set.of("token"));
      assertThat(form.withoutHidden().with("kind", "1").encoded())
          .isEqualTo("name=a+%26+b&kind=1&scope=r&since=2026-01-02T03%3A04");
      var foreign = new Form(form.action(), Map.of("token", "t2"), Set.of("token"));
      assertThat(form.withHiddenOf(foreign).encoded()).startsWith("token=t2&name");
    }
  }

  @Test
  void staysInARowWhereSeveralHaveTheSameButton() {
    show(
        "<table><tbody><tr><td>one<td><button>Revoke</button>"
            + "<tr><td>two<td><form action=/two><button> Re<b>voke</b> </button></form></table>");

    assertThatThrownBy(() -> browser.press("Revoke"))
        .hasMessage("2 of “Revoke”: say in which part");
    assertThat(browser.page().buttons()).containsExactly("Revoke", "Revoke");
    assertThat(browser.page().rows()).isEqualTo(2);
    browser.page().row("two").press("Revoke");

    assertThat(browser.awaitPath("/two")).isEqualTo("/two");
  }

  @Test
  void waitsForWhatComesLater() {
    show(
        """
        <dialog id=d><p>Sure?</p><button>Go</button></dialog>
        <form data-confirm id=f><button id=b hidden>Go</button></form>
        <script nonce=n>
        setTimeout(() => b.hidden = false, 200);
        f.onsubmit = event => { event.preventDefault(); d.showModal(); };
        d.querySelector('button').onclick = () => { d.close(); document.body.append('done'); };
        </script>\
        """);
    var loaded = browser.loaded();

    browser.press("Go").dialog().awaitText("Sure?").awaitOnly("sure\\?\\s+go");
    browser.escape().page().awaitNoText("Sure?").pressAndConfirm("Go");

    browser.awaitText("done");
    browser.page().awaitNoText("Sure?");
    assertThat(browser.loaded()).isEqualTo(loaded);
    assertThat(browser.reload().loaded()).isNotEqualTo(loaded);
  }

  @Test
  void looksAtPagesInBothLightsAndWholly() throws IOException {
    show("<h1>Tall</h1><div class=tall></div>");

    browser.screenshot("browser-test");
    browser.keep("browser-test");

    var light = picture("browser-test-light.png");
    assertThat(light.getWidth()).isEqualTo(Browser.WIDTH);
    assertThat(light.getHeight()).isGreaterThan(3000);
    assertThat(light.getRGB(1000, 2900)).isEqualTo(0xffffffff);
    assertThat(picture("browser-test-dark.png").getRGB(1000, 2900)).isEqualTo(0xff000000);
    assertThat(picture("browser-test.png").getRGB(1000, 2900)).isEqualTo(0xffffffff);
    assertThat(Browser.SCREENSHOTS.resolve("browser-test.html"))
        .content()
        .contains(SITE.uri().toString(), "Tall");
    for (var file : List.of("-light.png", "-dark.png", ".png", ".html")) {
      Files.delete(Browser.SCREENSHOTS.resolve("browser-test" + file));
    }
  }

  @Test
  void saysHowFarAPageIsTooWide() {
    show("<div class=wide>wide</div>");

    assertThat(browser.overflow()).isZero();
    assertThat(browser.narrow().overflow()).isBetween(230L, 250L);
  }

  @Test
  void beginsEachTestAnew() {
    show("x");
    browser.plant(new Cookie("a", "b")).script("localStorage.a = 1");
    browser.dark(true).visit("/missing");

    browser.reset();

    assertThat(browser.complaints()).isEmpty();
    show("x");
    assertThat(browser.cookies()).isEmpty();
    assertThat(browser.script("return localStorage.length")).isEqualTo(0L);
    assertThat(browser.script("return matchMedia('(prefers-color-scheme: dark)').matches"))
        .isEqualTo(false);
    assertThat(browser.script("return matchMedia('(prefers-reduced-motion)').matches"))
        .isEqualTo(true);
  }

  @Test
  void reachesNothingBeyondThisMachine() {
    show("<img alt=far src=http://example.com/far.png>");

    assertThat(browser.complaints())
        .anyMatch(it -> it.contains("ERR_NAME_NOT_RESOLVED") || it.contains("Content Security"));
  }

  @Test
  void findsChromiumOnThePathOnly(@TempDir Path folder) throws IOException {
    assertThat(Chromium.find(folder + File.pathSeparator)).isEmpty();

    var browser = Files.createFile(folder.resolve("chromium"));
    var driver = Files.createFile(folder.resolve("chromedriver"));
    assertThat(Chromium.find(folder.toString())).isEmpty();
    assertThat(browser.toFile().setExecutable(true)).isTrue();
    assertThat(Chromium.find(folder.toString())).isEmpty();
    assertThat(driver.toFile().setExecutable(true)).isTrue();

    assertThat(Chromium.find("/nowhere" + File.pathSeparator + folder))
        .contains(new Chromium(browser, driver));
  }

  private void show(String body) {
    SITE.show(body);
    browser.visit("/");
  }

  private static BufferedImage picture(String name) throws IOException {
    return ImageIO.read(Browser.SCREENSHOTS.resolve(name).toFile());
  }
}
