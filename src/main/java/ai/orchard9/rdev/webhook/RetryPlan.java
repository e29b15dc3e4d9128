package ai.orchard9.rdev.webhook;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// When a delivery that failed is tried again (contract section 8).
final class RetryPlan {
  /// Between an attempt and the next. The first is made at once, so there are eight in all.
  private static final List<Duration> STEPS =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          Duration.ofMinutes(10),
          Duration.ofHours(1),
          Duration.ofHours(3),
          Duration.ofHours(6));

  private static final double JITTER = 0.2;
  private static final Duration LEAST = Duration.ofSeconds(1);

  private final RandomGenerator random;

  RetryPlan(RandomGenerator random) {
    this.random = random;
  }

  /// How long to wait after an attempt that failed; empty: it was the last.
  ///
  /// @param attempt its number, from 1
  /// @param retryAfter what the receiver asked for: taken as it is, from 1 s up to the step after
  ///   the one that is due
  Optional<Duration> after(int attempt, Optional<Duration> retryAfter) {
    if (attempt > STEPS.size()) {
      return Optional.empty();
    }
    var step = STEPS.get(attempt - 1);
    var most = STEPS.get(Math.min(attempt, STEPS.size() - 1));
    return Optional.of(retryAfter.map(it -> clamp(it, most)).orElseGet(() -> jitter(step)));
  }

  /// Evenly spread, so that what failed together does not come back together.
  private Duration jitter(Duration step) {
    var factor = 1 - JITTER + 2 * JITTER * random.nextDouble();
    return Duration.ofMillis(Math.round(step.toMillis() * factor));
  }

  private static Duration clamp(Duration asked, Duration most) {
    if (asked.compareTo(LEAST) < 0) {
      return LEAST;
    }
    return asked.compareTo(most) > 0 ? most : asked;
  }
}
