package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.browser.Browser;
import ai.orchard9.rdev.testing.browser.BrowserExtension;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The page of a command that wrote 100,000 lines.
final class LongOutputTest {
  private static final int LINES = 100_000;

  /// It was 100 to 160 beside a build, and 350 when all that had come was taken at once.
  private static final double LONGEST_TASK_MS = 300;

  /// Of 60 a second there are five for each.
  private static final double JUMP_MS = 83;

  private static final String TASKS =
      """
      return await new Promise((resolve) => {
        new PerformanceObserver((list) =>
            resolve(Math.max(...list.getEntries().map((it) => it.duration))))
          .observe({ type: "longtask", buffered: true });
        setTimeout(() => resolve(0), 1_000);
      });
      """;

  /// Goes to places all over the output, and looks in the next frame but one for what is there.
  private static final String JUMPS =
      """
      const lines = document.querySelector("#output .lines");
      lines.scrollIntoView({ block: "center" });
      const frame = () => new Promise(requestAnimationFrame);
      const times = [];
      let empty = 0;
      for (let i = 1; i <= 40; i++) {
        const begun = performance.now();
        lines.scrollTop = (lines.scrollHeight - lines.clientHeight) * ((i * 17) % 41) / 41;
        await frame();
        await frame();
        times.push(performance.now() - begun);
        const box = lines.getBoundingClientRect();
        const middle = document.elementFromPoint(box.left + 200, box.top + box.height / 2);
        if (!middle?.closest(".line")) empty++;
      }
      times.sort((a, b) => a - b);
      return { median: times[20], empty, rows: lines.querySelectorAll(".line").length };
      """;

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
  void staysSmooth() {
    var id = client.run("seq 1 " + LINES).path("id").asText();

    browser.visit("/console/commands/" + id).page().part("#output").awaitText("100,000 lines");

    assertThat(number(browser.script(TASKS))).isLessThan(LONGEST_TASK_MS);
    var jumps = (Map<?, ?>) Objects.requireNonNull(browser.script(JUMPS));
    assertThat(number(jumps.get("empty"))).isZero();
    assertThat(number(jumps.get("rows"))).isLessThan(1_000);
    assertThat(number(jumps.get("median"))).isLessThan(JUMP_MS);
  }

  @Test
  void goesToALineAndFindsWhatOneSays() {
    var id = client.run("seq 1 " + LINES).path("id").asText();

    browser.visit("/console/commands/" + id + "#L70000");
    var output = browser.page().part("#output").awaitText("70001");
    output.fill("Search the output", "99998");

    output.awaitText("1 of 1 line").awaitText("99997");
  }

  private static double number(@Nullable Object value) {
    return ((Number) Objects.requireNonNull(value)).doubleValue();
  }
}
