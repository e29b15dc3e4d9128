package ai.orchard9.rdev.bench;

import java.util.Arrays;
import java.util.Locale;

/// Durations that were measured, in the order they were.
final class Samples {
  private final long[] nanos;
  private int count;

  Samples(int capacity) {
    this.nanos = new long[capacity];
  }

  /// Something to be timed.
  interface Work {
    void run() throws Exception;
  }

  void add(long nanos) {
    this.nanos[count++] = nanos;
  }

  void time(Work work) throws Exception {
    var before = System.nanoTime();
    work.run();
    add(System.nanoTime() - before);
  }

  /// The value that this share of the samples does not exceed, in milliseconds.
  double percentile(double share) {
    var sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return sorted[(int) Math.ceil(share * count) - 1] / 1e6;
  }

  double median() {
    return percentile(0.5);
  }

  /// Cells for p50, p95 and p99, in milliseconds.
  String[] cells() {
    return new String[] {text(median()), text(percentile(0.95)), text(percentile(0.99))};
  }

  static String text(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
  }
}
