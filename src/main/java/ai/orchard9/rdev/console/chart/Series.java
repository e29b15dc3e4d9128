package ai.orchard9.rdev.console.chart;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/// Records of moments, to be put into the buckets of a window.
record Series<T>(Window window, List<T> records, Function<T, Instant> moment) {

  /// What a record says; null: nothing.
  @FunctionalInterface
  interface Value<T> {
    @Nullable Number of(T recorded);
  }

  /// In each bucket the sum of what its records say.
  Buckets sums(Value<T> value) {
    return fold(value, Math::addExact);
  }

  /// In each bucket the most that one of its records says.
  Buckets maxima(Value<T> value) {
    return fold(value, Math::max);
  }

  /// Where there are records at all.
  Buckets presence() {
    return maxima(_ -> 1);
  }

  private Buckets fold(Value<T> value, LongBinaryOperator both) {
    var folded = new Long[window.buckets()];
    for (var recorded : records) {
      var said = value.of(recorded);
      var index = window.indexOf(moment.apply(recorded));
      if (said != null && index.isPresent()) {
        var before = folded[index.getAsInt()];
        folded[index.getAsInt()] =
            before == null ? said.longValue() : both.applyAsLong(before, said.longValue());
      }
    }
    return new Buckets(folded);
  }
}
