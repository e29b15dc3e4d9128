package ai.orchard9.rdev.project;

import ai.orchard9.rdev.runtime.Listing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// The projects as they were known at one moment.
///
/// @param projects by id, sorted
/// @param leftOut what looked like a project and was none, and why
/// @param taken when the runtime was last asked, for people
/// @param takenNanos the same in [System#nanoTime]
/// @param stale whether the runtime could not be asked when it should have been
record Snapshot(
    Map<String, Project> projects,
    List<String> leftOut,
    long version,
    Instant taken,
    long takenNanos,
    boolean stale) {

  private static final long LONG_AGO = Duration.ofDays(1).toNanos();

  /// What the runtime showed.
  ///
  /// @param projects by id, sorted
  static Snapshot of(Map<String, Project> projects, Listing listing) {
    return new Snapshot(
        projects, listing.leftOut(), listing.version(), Instant.EPOCH, System.nanoTime(), false);
  }

  /// The same, as the runtime's answer of this moment.
  Snapshot takenAt(Instant now) {
    return new Snapshot(projects, leftOut, version, now, System.nanoTime(), false);
  }

  Duration age() {
    return Duration.ofNanos(System.nanoTime() - takenNanos);
  }

  boolean isYoungerThan(Duration age) {
    return System.nanoTime() - takenNanos < age.toNanos();
  }

  Snapshot with(Map<String, Project> changed, Listing listing) {
    return new Snapshot(changed, listing.leftOut(), listing.version(), taken, takenNanos, stale);
  }

  Snapshot asStale() {
    return new Snapshot(projects, leftOut, version, taken, takenNanos, true);
  }

  Snapshot expired() {
    return new Snapshot(projects, leftOut, version, taken, takenNanos - LONG_AGO, stale);
  }
}
