package ai.orchard9.rdev.testing.browser;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.UnexpectedAlertBehaviour;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/// Chromium and its driver, as the machine has them: nothing is ever downloaded.
///
/// @param browser `chromium`
/// @param driver `chromedriver`
record Chromium(Path browser, Path driver) {
  private static final Duration PAGE_LOAD = Duration.ofSeconds(30);
  private static final Duration SCRIPT = Duration.ofSeconds(30);
  private static final int NEVER = 2;

  /// Those in `/usr/bin`, else on the path.
  static Optional<Chromium> find() {
    return find("/usr/bin" + File.pathSeparator + System.getenv("PATH"));
  }

  /// Those in the first folders of a path that have them.
  static Optional<Chromium> find(String path) {
    return program("chromium", path)
        .flatMap(
            browser -> program("chromedriver", path).map(driver -> new Chromium(browser, driver)));
  }

  private static Optional<Path> program(String name, String path) {
    return Stream.of(path.split(File.pathSeparator, -1))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// Starts one that keeps everything in a folder and reaches nothing but this machine.
  ChromeDriver start(Path profile, boolean javaScript) {
    var options = new ChromeOptions();
    options.setBinary(browser.toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-extensions",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--force-prefers-reduced-motion",
        "--hide-scrollbars",
        "--lang=en-US",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--disk-cache-size=8000000",
        "--user-data-dir=" + profile,
        "--window-size=" + Browser.WIDTH + "," + Browser.HEIGHT);
    if (!javaScript) {
      options.setExperimentalOption(
          "prefs", Map.of("profile.managed_default_content_settings.javascript", NEVER));
    }
    var logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    // Whatever opens a dialog of the browser fails the next step.
    options.setUnhandledPromptBehaviour(UnexpectedAlertBehaviour.DISMISS_AND_NOTIFY);
    var service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driver.toFile())
            .usingAnyFreePort()
            .withSilent(true)
            .build();
    var started = new ChromeDriver(service, options);
    started.manage().timeouts().pageLoadTimeout(PAGE_LOAD).scriptTimeout(SCRIPT);
    return started;
  }
}
