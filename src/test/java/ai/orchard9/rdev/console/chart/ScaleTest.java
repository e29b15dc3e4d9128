package ai.orchard9.rdev.console.chart;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ScaleTest {

  @ParameterizedTest
  @CsvSource({
    "0, 1, 1",
    "1, 1, 1",
    "4, 1, 4",
    "5, 2, 6",
    "8, 2, 8",
    "9, 5, 10",
    "20, 5, 20",
    "21, 10, 30",
    "1204, 500, 1500",
    "150000, 50000, 150000",
    "9000000000, 5000000000, 10000000000"
  })
  void stepsAreEasyToReadAndReachTheTop(long most, long step, long top) {
    var scale = Scale.upTo(most);

    assertThat(scale.step()).isEqualTo(step);
    assertThat(scale.top()).isEqualTo(top);
  }

  @Test
  void ticksBeginAtZero() {
    assertThat(Scale.upTo(1204).ticks()).containsExactly(0L, 500L, 1000L, 1500L);
  }
}
