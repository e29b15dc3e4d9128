package ai.orchard9.rdev.console.chart;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Numbers as people read them.
final class Labels {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Labels() {}

  /// As in `1,204`.
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /// As in `1 command` and `1,204 commands`.
  static String count(long number, String singular) {
    return count(number) + " " + singular + (number == 1 ? "" : "s");
  }

  /// As in `120 ms`, `1.5 s` and `1,200 s`.
  static String milliseconds(long number) {
    if (number < 1000) {
      return number + " ms";
    }
    var seconds = String.format(Locale.ROOT, "%,.1f", number / 1000.0);
    return (seconds.endsWith(".0") ? seconds.substring(0, seconds.length() - 2) : seconds) + " s";
  }

  /// The time of day in UTC, as in `14:20`.
  static String time(Instant moment) {
    return TIME.format(moment);
  }
}
