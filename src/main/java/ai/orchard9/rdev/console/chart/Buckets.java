package ai.orchard9.rdev.console.chart;

import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// A number for each bucket of a window, or none where nothing is known.
final class Buckets {
  private final @Nullable Long[] values;

  Buckets(@Nullable Long[] values) {
    this.values = values.clone();
  }

  boolean isKnown(int index) {
    return values[index] != null;
  }

  /// The number of a bucket, 0 where none is known.
  long at(int index) {
    return Objects.requireNonNullElse(values[index], 0L);
  }

  /// The buckets of which something is known.
  IntStream known() {
    return IntStream.range(0, values.length).filter(this::isKnown);
  }

  long total() {
    return numbers().sum();
  }

  /// 0 where nothing is known.
  long most() {
    return numbers().max().orElse(0);
  }

  /// The first bucket with the highest number; empty when nothing is known.
  OptionalInt highest() {
    var most = most();
    return known().filter(it -> at(it) == most).findFirst();
  }

  /// The last bucket of which something is known.
  OptionalInt newest() {
    return known().max();
  }

  /// 1 where a known number is like that, and nothing elsewhere.
  Buckets where(LongPredicate like) {
    var chosen = new Long[values.length];
    known().filter(it -> like.test(at(it))).forEach(it -> chosen[it] = 1L);
    return new Buckets(chosen);
  }

  /// 1 where nothing is known, and nothing elsewhere.
  Buckets unknown() {
    var chosen = new Long[values.length];
    Arrays.fill(chosen, 1L);
    known().forEach(it -> chosen[it] = null);
    return new Buckets(chosen);
  }

  /// Both together, as they stand one upon the other.
  Buckets plus(Buckets other) {
    var sums = new Long[values.length];
    IntStream.concat(known(), other.known()).forEach(it -> sums[it] = at(it) + other.at(it));
    return new Buckets(sums);
  }

  private LongStream numbers() {
    return known().mapToLong(this::at);
  }
}
