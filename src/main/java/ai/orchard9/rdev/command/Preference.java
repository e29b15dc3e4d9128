package ai.orchard9.rdev.command;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `Prefer: wait=N` (RFC 7240), N from 1 to 300 seconds. What makes no sense is ignored.
final class Preference {
  private static final Pattern WAIT =
      Pattern.compile(
          "(?:^|[,;])\\s*wait\\s*=\\s*\"?(\\d{1,3})\"?\\s*(?:$|[,;])", Pattern.CASE_INSENSITIVE);
  private static final int LONGEST_SECONDS = 300;

  private Preference() {}

  static Optional<Duration> wait(@Nullable String header) {
    if (header == null || header.length() > 1000) {
      return Optional.empty();
    }
    var match = WAIT.matcher(header);
    if (!match.find()) {
      return Optional.empty();
    }
    var seconds = Integer.parseInt(match.group(1));
    return seconds >= 1 && seconds <= LONGEST_SECONDS
        ? Optional.of(Duration.ofSeconds(seconds))
        : Optional.empty();
  }
}
