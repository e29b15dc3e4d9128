package ai.orchard9.rdev.testing.browser;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.testing.Playground;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.Keys;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.TimeoutException;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.FluentWait;

/// A headless Chromium on one site, in words of a user ([Part]). Steps wait up to 15 s for what
/// they need. It sees 127.0.0.1 only; a dialog that a page opens by `alert` fails the next step.
///
/// What it complains about, scripts' errors and violations of the content policy among it, is kept
/// for [#complaints]; [BrowserExtension] fails a test that leaves some.
public final class Browser implements AutoCloseable {
  static final int WIDTH = 1280;
  static final int HEIGHT = 900;
  static final String MISSING =
      "no Chromium here: install chromium and chromium-driver to run the browser tests";

  /// Where screenshots go.
  public static final Path SCREENSHOTS = Playground.project().resolve("target/screenshots");

  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(40);
  private static final int NARROW = 360;

  /// Chromium itself draws no more than this.
  private static final int HIGHEST = 16_000;

  private final ChromeDriver driver;
  private final Path profile;
  private final URI base;
  private boolean dark;

  private Browser(ChromeDriver driver, Path profile, URI base) {
    this.driver = driver;
    this.profile = profile;
    this.base = base;
  }

  /// Starts one that shows nothing yet.
  ///
  /// @param base what paths are relative to
  public static Browser open(URI base) {
    return start(base, true);
  }

  /// Starts one that runs no scripts of pages.
  public static Browser withoutJavaScript(URI base) {
    return start(base, false);
  }

  private static Browser start(URI base, boolean javaScript) {
    var chromium = Chromium.find().orElseThrow(() -> new IllegalStateException(MISSING));
    var profile = Playground.folder("browser");
    return new Browser(chromium.start(profile, javaScript), profile, base);
  }

  /// Whether one can be started.
  static boolean isInstalled() {
    return Chromium.find().isPresent();
  }

  /// Goes to a path and waits until it has loaded.
  public Browser visit(String path) {
    driver.get(base.resolve(path).toString());
    return this;
  }

  /// Loads the page again.
  public Browser reload() {
    driver.navigate().refresh();
    return this;
  }

  /// Where it is.
  public URI url() {
    return URI.create(Objects.requireNonNull(driver.getCurrentUrl()));
  }

  /// Where it is, without the host and what was asked.
  public String path() {
    return Objects.requireNonNullElse(url().getPath(), "");
  }

  /// Waits until the path is so.
  ///
  /// @param pattern a regular expression for all of it
  /// @return the path
  public String awaitPath(String pattern) {
    return await("path " + pattern, () -> path().matches(pattern) ? path() : null);
  }

  /// The title of the page.
  public String title() {
    return Objects.requireNonNullElse(driver.getTitle(), "");
  }

  /// The page as HTML, as scripts have left it.
  public String source() {
    return Objects.requireNonNullElse(driver.getPageSource(), "");
  }

  /// When this page was loaded: another one after every loading.
  public String loaded() {
    return String.valueOf(script("return performance.timeOrigin"));
  }

  /// The whole page.
  public Part page() {
    return new Part(this, () -> driver.findElement(By.tagName("body")));
  }

  /// The dialog that lies over the page, once it is open.
  public Part dialog() {
    return page().part("dialog[open]");
  }

  /// See [Part#text].
  public String text() {
    return page().text();
  }

  /// See [Part#awaitText].
  public Browser awaitText(String text) {
    page().awaitText(text);
    return this;
  }

  /// See [Part#fill].
  public Browser fill(String label, String text) {
    page().fill(label, text);
    return this;
  }

  /// See [Part#tick].
  public Browser tick(String label) {
    page().tick(label);
    return this;
  }

  /// See [Part#press].
  public Browser press(String button) {
    page().press(button);
    return this;
  }

  /// Presses the Escape key.
  public Browser escape() {
    new Actions(driver).sendKeys(Keys.ESCAPE).perform();
    return this;
  }

  /// See [Part#follow].
  public Browser follow(String link) {
    page().follow(link);
    return this;
  }

  /// Runs a script of the test, whatever the page's policy is.
  public @Nullable Object script(String script, @Nullable Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /// The cookies that go with the page.
  public Set<Cookie> cookies() {
    return driver.manage().getCookies();
  }

  /// Forgets all cookies, as if somebody else sat down.
  public Browser forget() {
    driver.executeCdpCommand("Network.clearBrowserCookies", Map.of());
    return this;
  }

  /// Sets a cookie of the page's site.
  public Browser plant(Cookie cookie) {
    driver.manage().addCookie(cookie);
    return this;
  }

  /// What the browser complained about since it was last asked: scripts' errors, violations of the
  /// content policy, answers of 400 and above.
  public List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(it -> it.getLevel().intValue() >= Level.SEVERE.intValue())
        .map(it -> it.getMessage())
        .toList();
  }

  /// Violations of accessibility that are serious or critical, a line for each rule.
  public List<String> audit() {
    return Axe.violations(driver);
  }

  /// How much wider than the window the page is; a user would have to scroll sideways.
  public long overflow() {
    return ((Number)
            Objects.requireNonNull(
                script(
                    "const page = document.documentElement;"
                        + " return page.scrollWidth - page.clientWidth")))
        .longValue();
  }

  /// Prefers dark colours, or light ones.
  public Browser dark(boolean preferred) {
    dark = preferred;
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", preferred ? "dark" : "light"),
                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    return this;
  }

  /// Shows the page as wide as a small telephone.
  public Browser narrow() {
    return size(NARROW);
  }

  /// Shows the page as wide as a desk has it, as at first.
  public Browser wide() {
    return size(WIDTH);
  }

  private Browser size(int width) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", HEIGHT, "deviceScaleFactor", 1, "mobile", false));
    return this;
  }

  /// Takes the whole page, in light and in dark: `<name>-light.png` and `<name>-dark.png`.
  public void screenshot(String name) {
    var before = dark;
    dark(false).capture(SCREENSHOTS.resolve(name + "-light.png"));
    dark(true).capture(SCREENSHOTS.resolve(name + "-dark.png"));
    dark(before);
  }

  private void capture(Path file) {
    var size =
        (Map<?, ?>)
            driver.executeCdpCommand("Page.getLayoutMetrics", Map.of()).get("cssContentSize");
    var answer =
        driver.executeCdpCommand(
            "Page.captureScreenshot",
            Map.of(
                "format",
                "png",
                "captureBeyondViewport",
                true,
                "clip",
                Map.of(
                    "x",
                    0,
                    "y",
                    0,
                    "width",
                    length(size, "width"),
                    "height",
                    length(size, "height"),
                    "scale",
                    1)));
    write(file, Base64.getDecoder().decode((String) Objects.requireNonNull(answer.get("data"))));
  }

  private static int length(@Nullable Map<?, ?> size, String side) {
    var length = (Number) Objects.requireNonNull(Objects.requireNonNull(size).get(side));
    return Math.clamp(length.longValue(), 1, HIGHEST);
  }

  /// Keeps what is to be seen: `<name>.png` and `<name>.html`.
  void keep(String name) {
    try {
      write(
          SCREENSHOTS.resolve(name + ".html"),
          ("<!-- " + url() + " -->\n" + source()).getBytes(UTF_8));
      capture(SCREENSHOTS.resolve(name + ".png"));
    } catch (WebDriverException nothingToSee) {
      // The test has failed already, and says why.
    }
  }

  private static void write(Path file, byte[] content) {
    try {
      Files.createDirectories(SCREENSHOTS);
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Waits until there is something.
  <T> T await(String what, Supplier<? extends @Nullable T> something) {
    try {
      return Objects.requireNonNull(
          new FluentWait<>(something)
              .withTimeout(PATIENCE)
              .pollingEvery(POLL)
              .ignoring(NoSuchElementException.class, StaleElementReferenceException.class)
              .until(Supplier::get));
    } catch (TimeoutException e) {
      throw new AssertionError(
          "no " + what + " on " + url() + ":\n" + driver.findElement(By.tagName("body")).getText(),
          e);
    }
  }

  /// Forgets cookies, pages and complaints, and looks as at first.
  Browser reset() {
    driver.get("about:blank");
    forget();
    driver.executeCdpCommand(
        "Storage.clearDataForOrigin",
        Map.of("origin", base.resolve("/").toString(), "storageTypes", "all"));
    wide().dark(false).complaints();
    return this;
  }

  /// Ends it and deletes its profile.
  @Override
  public void close() {
    try {
      driver.quit();
    } finally {
      Playground.killAll(profile);
      Playground.delete(profile);
    }
  }
}
