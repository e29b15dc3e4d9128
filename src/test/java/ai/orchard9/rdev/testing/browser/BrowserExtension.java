package ai.orchard9.rdev.testing.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.net.URI;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// One [Browser] for a test class, as new for each test: `@RegisterExtension static final
/// BrowserExtension BROWSER = BrowserExtension.on(() -> server().uri());`
///
/// Where no Chromium is installed, the class is skipped and says so, before the site is started. A
/// test fails that leaves complaints of the browser ([Browser#complaints]). Of a failed one, page
/// and picture are kept: `target/screenshots/failed-<class>-<test>.html` and `.png`.
public final class BrowserExtension
    implements ExecutionCondition,
        BeforeAllCallback,
        BeforeEachCallback,
        AfterTestExecutionCallback,
        AfterAllCallback {
  private final Supplier<URI> base;
  private final Function<URI, Browser> start;
  private @Nullable Browser browser;

  private BrowserExtension(Supplier<URI> base, Function<URI, Browser> start) {
    this.base = base;
    this.start = start;
  }

  /// One on a site, which is asked for once.
  public static BrowserExtension on(Supplier<URI> base) {
    return new BrowserExtension(base, Browser::open);
  }

  /// One that runs no scripts of pages.
  public static BrowserExtension withoutJavaScript(Supplier<URI> base) {
    return new BrowserExtension(base, Browser::withoutJavaScript);
  }

  /// The browser.
  public Browser get() {
    return Objects.requireNonNull(browser, "register the extension as a static field");
  }

  /// A condition, not an assumption in [#beforeAll]: of those Surefire reports nothing.
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Browser.isInstalled() ? enabled("Chromium is here") : disabled(Browser.MISSING);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    browser = start.apply(base.get());
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    get().reset();
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    var name = "failed-" + context.getRequiredTestClass().getSimpleName() + "-" + test(context);
    if (context.getExecutionException().isPresent()) {
      get().keep(name);
      return;
    }
    var complaints = get().complaints();
    if (!complaints.isEmpty()) {
      get().keep(name);
    }
    assertThat(complaints).as("complaints of the browser").isEmpty();
  }

  /// Names of parameterized tests hold whatever their parameters do.
  private static String test(ExtensionContext context) {
    return (context.getRequiredTestMethod().getName() + " " + context.getDisplayName())
        .replaceAll("[^A-Za-z0-9]+", "-")
        .replaceAll("-$", "");
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (browser != null) {
      browser.close();
    }
  }
}
