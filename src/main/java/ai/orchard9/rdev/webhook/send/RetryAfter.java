package ai.orchard9.rdev.webhook.send;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.utils.DateUtils;

/// Reads `Retry-After`: whole seconds or an HTTP date, in its three forms (RFC 9110 sections 10.2.3
/// and 5.6.7). A date that has passed means now. Anything else, negative numbers included, says
/// nothing.
final class RetryAfter {

  /// Longer ones are cut: nobody means them, and they would overflow.
  static final Duration LONGEST = Duration.ofDays(365);

  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,100}");
  private static final int MOST_DIGITS = 9;

  /// The one form without a zone, which the library does not read.
  private static final DateTimeFormatter ASCTIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US);

  private RetryAfter() {}

  static Optional<Duration> parse(String value, Instant now) {
    var text = value.strip();
    if (SECONDS.matcher(text).matches()) {
      var digits = text.replaceFirst("^0+", "");
      return Optional.of(
          digits.length() > MOST_DIGITS
              ? LONGEST
              : bounded(Duration.ofSeconds(Long.parseLong("0" + digits))));
    }
    return date(text).map(date -> bounded(Duration.between(now, date)));
  }

  private static Optional<Instant> date(String text) {
    var date = Optional.ofNullable(DateUtils.parseStandardDate(text));
    if (date.isPresent()) {
      return date;
    }
    try {
      return Optional.of(LocalDateTime.parse(text, ASCTIME).toInstant(ZoneOffset.UTC));
    } catch (DateTimeParseException unreadable) {
      return Optional.empty();
    }
  }

  private static Duration bounded(Duration wait) {
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }
}
