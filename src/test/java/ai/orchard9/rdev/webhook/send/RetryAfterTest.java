package ai.orchard9.rdev.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RetryAfterTest {

  private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "7, PT7S",
    "' 120 ', PT2M",
    "0000000000000000000007, PT7S",
    "31536000, PT8760H",
    "31536001, PT8760H",
    "99999999999999999999999999, PT8760H",
    "'Thu, 26 Nov 2026 12:01:30 GMT', PT1M30S",
    "'Thursday, 26-Nov-26 12:01:30 GMT', PT1M30S",
    "'Thu Nov 26 12:01:30 2026', PT1M30S",
    "'Thu, 26 Nov 2026 11:00:00 GMT', PT0S",
    "'Thu, 01 Jan 1970 00:00:00 GMT', PT0S",
    "'Fri, 31 Dec 9999 23:59:59 GMT', PT8760H",
  })
  void readsSecondsAndDates(String value, Duration wait) {
    assertThat(RetryAfter.parse(value, NOW)).contains(wait);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "-1",
        "+5",
        "1.5",
        "5s",
        "soon",
        "NaN",
        "0x10",
        "1e3",
        "５",
        "2026-11-26",
        "2026-11-26T12:01:30Z",
        "Thu, 26 Nov 2026",
        "5, 6",
      })
  void saysNothingOfAnythingElse(String value) {
    assertThat(RetryAfter.parse(value, NOW)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {101, 16_000})
  void readsNoEndlessNumbers(int digits) {
    assertThat(RetryAfter.parse("9".repeat(digits), NOW)).isEmpty();
  }
}
