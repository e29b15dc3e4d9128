package ai.orchard9.rdev.apikey;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How long a key lives, and an old one beside its successor.
final class Lifetimes {
  private static final Pattern HOURS = Pattern.compile("([1-9][0-9]{0,5})h");
  private static final Pattern GRACE = Pattern.compile("(0|[1-9][0-9]{0,6})([smhd])");
  private static final int MOST_HOURS = 10 * 365 * 24;
  private static final Duration LONGEST_GRACE = Duration.ofDays(90);
  private static final Duration DEFAULT_GRACE = Duration.ofHours(24);

  private Lifetimes() {}

  /// Reads `30d`, `60d`, `90d`, `1y` (365 days), `<n>h` (to ten years) or `never`.
  ///
  /// @return empty for ever; absent means that too
  /// @throws IllegalArgumentException it is none of them; the message says what is
  static Optional<Duration> expiresIn(@Nullable String text) {
    return switch (text) {
      case null -> Optional.empty();
      case "never" -> Optional.empty();
      case "30d" -> Optional.of(Duration.ofDays(30));
      case "60d" -> Optional.of(Duration.ofDays(60));
      case "90d" -> Optional.of(Duration.ofDays(90));
      case "1y" -> Optional.of(Duration.ofDays(365));
      default -> Optional.of(hours(text));
    };
  }

  private static Duration hours(String text) {
    var match = HOURS.matcher(text);
    if (match.matches() && Integer.parseInt(match.group(1)) <= MOST_HOURS) {
      return Duration.ofHours(Integer.parseInt(match.group(1)));
    }
    throw new IllegalArgumentException(
        "must be 30d, 60d, 90d, 1y, never or 1h–" + MOST_HOURS + "h");
  }

  /// Reads `24h`, `30m`, `7d`, `0s`: to 90 days; absent: 24 hours.
  ///
  /// @throws IllegalArgumentException it is none; the message says what is
  static Duration grace(@Nullable String text) {
    if (text == null) {
      return DEFAULT_GRACE;
    }
    var match = GRACE.matcher(text);
    if (match.matches()) {
      var number = Long.parseLong(match.group(1));
      var grace =
          switch (match.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
          };
      if (grace.compareTo(LONGEST_GRACE) <= 0) {
        return grace;
      }
    }
    throw new IllegalArgumentException(
        "must be as 24h, 30m or 7d, at most 90d; 0s ends it at once");
  }
}
