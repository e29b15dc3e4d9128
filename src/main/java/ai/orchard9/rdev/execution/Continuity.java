package ai.orchard9.rdev.execution;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Whether the database has been there for a whole lease. After an outage longer than a lease every
/// lease has run out although its owner lives: who adopted at once would have them all flap.
///
/// Only one loop may use it.
final class Continuity {
  private final LongSupplier nanos;
  private final long lease;
  private final BooleanSupplier settledBefore;
  private long since;
  private long last;
  private boolean begun;

  /// Begins when [#reached] is first asked.
  ///
  /// @param settledBefore asked once, at the beginning: whether the database has been up for a
  ///   lease
  /// @param nanos a clock that only rises
  Continuity(Duration lease, BooleanSupplier settledBefore, LongSupplier nanos) {
    this.nanos = nanos;
    this.lease = lease.toNanos();
    this.settledBefore = settledBefore;
  }

  /// To be asked right after each successful use of the database; a long silence starts it afresh.
  boolean reached() {
    var now = nanos.getAsLong();
    if (!begun) {
      begun = true;
      since = settledBefore.getAsBoolean() ? now - lease : now;
    } else if (now - last > lease / 2) {
      since = now;
    }
    last = now;
    return now - since >= lease;
  }
}
