package ai.orchard9.rdev.ratelimit;

import ai.orchard9.rdev.http.Caller;
import io.dropwizard.util.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// A limit of the service, by the name that operators use, and what it may be set to.
public enum LimitName {
  /// Requests a second that a key may make, averaged over the window.
  RATE_LIMIT_RPS(1, Caller.MOST_RPS),
  /// The window of that limit. It is the same on all servers, and fixed while they run.
  RATE_LIMIT_WINDOW(1_000, 3_600_000),
  /// Running commands per project.
  CONCURRENT_COMMANDS(1, ConfiguredLimits.MOST_CONCURRENT_COMMANDS),
  /// Running commands per server.
  MAX_RUNNING_COMMANDS(1, ConfiguredLimits.MOST_RUNNING_COMMANDS),
  /// Open event streams per server.
  MAX_STREAMS(1, ConfiguredLimits.MOST_STREAMS),
  /// How old the list of projects may be before the runtime is asked again.
  CACHE_TTL(1_000, 86_400_000);

  private static final long SECOND = 1_000;

  private final long least;
  private final long most;

  /// In milliseconds, where it is a time.
  LimitName(long least, long most) {
    this.least = least;
    this.most = most;
  }

  /// As in `rate_limit_rps=20` and in the audit log.
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The limit of that name.
  public static Optional<LimitName> find(String wire) {
    return Arrays.stream(values()).filter(it -> it.wire().equals(wire)).findFirst();
  }

  /// Whether it can be set while the service runs.
  public boolean isLive() {
    return this != RATE_LIMIT_WINDOW;
  }

  /// Those that can be set, for messages.
  static String live() {
    return Arrays.stream(values())
        .filter(LimitName::isLive)
        .map(LimitName::wire)
        .collect(Collectors.joining(", "));
  }

  private boolean isTime() {
    return this == RATE_LIMIT_WINDOW || this == CACHE_TTL;
  }

  /// What it may be, in words.
  public String allowed() {
    return isTime()
        ? "a time with its unit, from %s to %s".formatted(text(least), text(most))
        : "an integer from %d to %d".formatted(least, most);
  }

  /// Reads a value: a count, or a time in milliseconds.
  ///
  /// @return empty if it is not [#allowed]
  public Optional<Long> parse(String text) {
    try {
      var value = isTime() ? Duration.parse(text).toMilliseconds() : Long.parseLong(text);
      return allows(value) ? Optional.of(value) : Optional.empty();
    } catch (IllegalArgumentException unreadable) {
      return Optional.empty();
    }
  }

  /// Whether a count, or a time in milliseconds, is within the range.
  public boolean allows(long value) {
    return value >= least && value <= most;
  }

  /// Shows a value as it can be set.
  String text(long value) {
    if (!isTime()) {
      return Long.toString(value);
    }
    return value % SECOND == 0 ? value / SECOND + "s" : value + "ms";
  }
}
