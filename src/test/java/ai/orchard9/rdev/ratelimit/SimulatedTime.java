package ai.orchard9.rdev.ratelimit;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/// A monotonic time that tests move.
final class SimulatedTime {
  static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

  private final AtomicLong nanos = new AtomicLong();

  long nanos() {
    return nanos.get();
  }

  void advance(Duration by) {
    nanos.addAndGet(by.toNanos());
  }

  void set(long nanosSinceStart) {
    nanos.set(nanosSinceStart);
  }

  /// A replica's clock, off by that much until it hears of the database's.
  SharedClock clock(Duration off) {
    return new SharedClock(() -> START.plus(off), this::nanos);
  }

  /// What the database's clock says, in microseconds.
  long micros() {
    return START.getEpochSecond() * 1_000_000 + nanos() / 1000;
  }
}
