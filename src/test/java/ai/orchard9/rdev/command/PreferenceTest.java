package ai.orchard9.rdev.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreferenceTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "wait=1|1",
        "wait=300|300",
        "WAIT=10|10",
        "respond-async, wait=10|10",
        "wait=10; x=1|10",
        "wait = 7|7",
        "wait=\"7\"|7"
      })
  void readsSeconds(String header, int seconds) {
    assertThat(Preference.wait(header)).contains(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "wait",
        "wait=",
        "wait=0",
        "wait=301",
        "wait=-1",
        "wait=1.5",
        "await=5",
        "wait=99999"
      })
  void ignoresWhatMakesNoSense(@Nullable String header) {
    assertThat(Preference.wait(header)).isEqualTo(Optional.empty());
  }
}
