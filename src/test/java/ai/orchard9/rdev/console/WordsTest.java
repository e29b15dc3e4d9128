package ai.orchard9.rdev.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WordsTest {
  @ParameterizedTest
  @CsvSource({
    ",",
    "0,0 ms",
    "999,999 ms",
    "1000,1.0 s",
    "59999,60.0 s",
    "60000,1 min 0 s",
    "3599999,59 min 59 s",
    "7500000,2 h 5 min"
  })
  void tellsDurations(@Nullable Long millis, @Nullable String words) {
    assertThat(Words.duration(millis)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({"0,0 B", "1023,1023 B", "1536,1.5 KiB", "67108864,64.0 MiB"})
  void tellsSizes(long bytes, String words) {
    assertThat(Words.bytes(bytes)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    ",",
    "' ',",
    "2026-01-31,2026-01-31T00:00:00Z",
    "2026-01-31T12:00,2026-01-31T12:00:00Z",
    "2026-01-31T12:00:01,2026-01-31T12:00:01Z",
    "2026-01-31T12:00:00+01:00,2026-01-31T12:00:00+01:00"
  })
  void readsTimesAsPeopleWriteThem(@Nullable String text, @Nullable String time) {
    assertThat(Paging.time(text)).isEqualTo(time);
  }
}
