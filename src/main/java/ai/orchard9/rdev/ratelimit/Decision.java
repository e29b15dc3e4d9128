package ai.orchard9.rdev.ratelimit;

/// Whether a request may pass, and what its key is told.
///
/// @param limit requests in a window
/// @param remaining how many more would pass now
/// @param waitMicros until `remaining` rises; for a refused request: until one would pass
/// @param nowMicros when it was decided, on the shared clock
record Decision(boolean accepted, int limit, int remaining, long waitMicros, long nowMicros) {
  private static final long SECOND = 1_000_000;

  /// The wait in whole seconds, at least one.
  long waitSeconds() {
    return Math.max(1, Math.ceilDiv(waitMicros, SECOND));
  }

  /// The end of the wait, in seconds of the epoch.
  long endSeconds() {
    return Math.ceilDiv(nowMicros + waitMicros, SECOND);
  }
}
