package ai.orchard9.rdev.console.chart;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.console.history.ServersMinute;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ServerChartsTest {
  private static final Instant NOW = Instant.parse("2026-05-04T12:34:56Z");
  private static final Instant FIRST = Instant.parse("2026-05-03T12:40:00Z");

  @Test
  void showsTheMostStreamsAndTheWorstStateOfABucket() {
    var charts =
        ServerCharts.of(
            List.of(
                new ServersMinute(FIRST, 2, 3, "open"),
                new ServersMinute(FIRST.plusSeconds(60), 2, 4, "closed"),
                new ServersMinute(FIRST.plusSeconds(600), 2, 1, "half_open")),
            NOW);

    assertThat(charts).extracting(Chart::id).containsExactly("streams", "breaker");
    assertThat(charts.getFirst().paths())
        .contains(new Chart.Path("area", "M56 136V8H60.6V136ZM60.6 136V104H65.1V136Z"));
    assertThat(charts.getFirst().description())
        .startsWith("Most open at once in 24 hours: 4, from 12:40 UTC; now 1.");
    assertThat(charts.getLast().paths())
        .contains(
            new Chart.Path("bar-failed", "M56 32V8H59.6V32Z"),
            new Chart.Path("bar-cancelled", "M60.6 32V8H64.1V32Z"),
            new Chart.Path("bar-completed", ""));
    assertThat(charts.getLast().description())
        .startsWith(
            "Of 144 times 10 minutes in 24 hours, the breaker was open in 1 and half open in 1.");
  }
}
