package ai.orchard9.rdev.testing.browser;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import org.openqa.selenium.JavascriptExecutor;

/// The accessibility rules of axe-core, all of them, on the page that a browser shows.
final class Axe {
  private static final String SCRIPT = read();

  /// Sheets are not loaded again (`preload`): in a page with a content policy that alone is a
  /// violation of it.
  private static final String RUN =
      """
      const done = arguments[arguments.length - 1];
      axe.run(document, {resultTypes: ['violations'], preload: false}).then(
        found => done(found.violations
          .filter(it => it.impact === 'serious' || it.impact === 'critical')
          .map(it => it.id + ' (' + it.impact + '): ' + it.help + ' — '
            + it.nodes.map(node => node.target.flat().join(' ')
              + node.any.slice(0, 1).map(why => ': ' + why.message).join('')).join('; '))),
        broken => done(['axe: ' + broken]));
      """;

  private Axe() {}

  /// What hurts a user seriously, one line for each rule; empty where nothing does.
  static List<String> violations(JavascriptExecutor page) {
    if (!Boolean.TRUE.equals(page.executeScript("return 'axe' in window"))) {
      page.executeScript(SCRIPT);
    }
    var found = (List<?>) Objects.requireNonNull(page.executeAsyncScript(RUN));
    return found.stream().map(String::valueOf).toList();
  }

  private static String read() {
    try (var in = Axe.class.getResourceAsStream("/axe.min.js")) {
      return new String(Objects.requireNonNull(in, "axe.min.js").readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
