package ai.orchard9.rdev.console.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class WindowTest {
  private final Window window = Window.dayTo(Instant.parse("2026-05-04T12:34:56Z"));

  @Test
  void aDayIs144TimesTenMinutesAndEndsWithTheCurrentOnes() {
    assertThat(window.buckets()).isEqualTo(144);
    assertThat(window.begin(0)).isEqualTo("2026-05-03T12:40:00Z");
    assertThat(window.begin(143)).isEqualTo("2026-05-04T12:30:00Z");
    assertThat(Window.dayTo(Instant.parse("2026-05-04T12:30:00Z"))).isEqualTo(window);
  }

  @Test
  void aMomentIsInTheBucketThatBeginsWithIt() {
    assertThat(index("2026-05-03T12:40:00Z")).hasValue(0);
    assertThat(index("2026-05-03T12:49:59.999Z")).hasValue(0);
    assertThat(index("2026-05-03T12:50:00Z")).hasValue(1);
    assertThat(index("2026-05-04T12:39:59Z")).hasValue(143);
  }

  @Test
  void whatIsBeforeOrAfterIsInNone() {
    assertThat(index("2026-05-03T12:39:59.999Z")).isEmpty();
    assertThat(index("2026-05-04T12:40:00Z")).isEmpty();
  }

  private OptionalInt index(String moment) {
    return window.indexOf(Instant.parse(moment));
  }
}
