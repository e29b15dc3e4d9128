package ai.orchard9.rdev.ratelimit;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

/// The database's clock, as told at each round and carried on by this machine's monotonic one: all
/// replicas agree on it, whatever their own clocks say. Any thread may read, one may tell.
final class SharedClock {
  private static final int NANOS_IN_MICRO = 1000;

  private final LongSupplier nanos;
  private volatile long ahead;

  /// @param guess until the database has been heard
  /// @param nanos a monotonic time source
  SharedClock(InstantSource guess, LongSupplier nanos) {
    this.nanos = nanos;
    this.ahead = ChronoUnit.MICROS.between(Instant.EPOCH, guess.instant()) - own();
  }

  /// Microseconds since the epoch.
  long micros() {
    return ahead + own();
  }

  /// The monotonic part of it, to measure what [#heard] needs.
  long own() {
    return nanos.getAsLong() / NANOS_IN_MICRO;
  }

  /// Takes in what the database said between two moments of [#own]. What their distance explains is
  /// no news; only the rest is corrected.
  ///
  /// @return by how much the clock was moved, in microseconds
  long heard(long told, long asked, long answered) {
    var uncertain = (answered - asked) / 2;
    var known = ahead;
    var difference = told - (asked + uncertain) - known;
    var moved =
        Math.abs(difference) <= uncertain ? 0 : difference - Long.signum(difference) * uncertain;
    ahead = known + moved;
    return moved;
  }
}
