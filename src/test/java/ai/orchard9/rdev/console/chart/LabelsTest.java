package ai.orchard9.rdev.console.chart;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LabelsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"0 | 0 ms", "999 | 999 ms", "1000 | 1 s", "1549 | 1.5 s", "1200000 | 1,200 s"})
  void timesHaveAUnitThatFits(long milliseconds, String words) {
    assertThat(Labels.milliseconds(milliseconds)).isEqualTo(words);
  }

  @Test
  void oneIsNotMany() {
    assertThat(Labels.count(1, "command")).isEqualTo("1 command");
    assertThat(Labels.count(1204, "command")).isEqualTo("1,204 commands");
  }
}
