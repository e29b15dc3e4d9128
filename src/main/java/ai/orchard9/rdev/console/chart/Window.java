package ai.orchard9.rdev.console.chart;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;

/// A stretch of time in equal buckets.
record Window(Instant from, Duration bucket, int buckets) {
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
  private static final Duration DAY = Duration.ofDays(1);

  /// The day that ends with the ten minutes, of those that a clock shows in UTC, that `now` is in.
  static Window dayTo(Instant now) {
    var seconds = TEN_MINUTES.toSeconds();
    var end = (Math.floorDiv(now.getEpochSecond(), seconds) + 1) * seconds;
    return new Window(
        Instant.ofEpochSecond(end).minus(DAY), TEN_MINUTES, (int) DAY.dividedBy(TEN_MINUTES));
  }

  /// When a bucket begins; one beyond the last: when all end.
  Instant begin(int index) {
    return from.plus(bucket.multipliedBy(index));
  }

  /// The bucket that a moment is in; empty when it is in none.
  OptionalInt indexOf(Instant moment) {
    var index = Math.floorDiv(Duration.between(from, moment).toMillis(), bucket.toMillis());
    return index < 0 || index >= buckets ? OptionalInt.empty() : OptionalInt.of((int) index);
  }

  /// As in "24 hours".
  String length() {
    return bucket.multipliedBy(buckets).toHours() + " hours";
  }

  /// As in "10 minutes".
  String bucketLength() {
    return bucket.toMinutes() + " minutes";
  }
}
