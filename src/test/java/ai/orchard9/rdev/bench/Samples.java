package ai.orchard9.rdev.bench;

import java.util.Arrays;
import java.util.Locale;

/// Durations that were measured, in the order they were.
public final class Samples {
  private final long[] nanos;
  private int count;

  /// Makes room.
  public Samples(int capacity) {
    this.nanos = new long[capacity];
  }

  /// Something to be timed.
  public interface Work {
    /// Does it once.
    void run() throws Exception;
  }

  /// Takes a duration that was measured elsewhere.
  public void add(long nanos) {
    this.nanos[count++] = nanos;
  }

  /// Measures.
  public void time(Work work) throws Exception {
    var before = System.nanoTime();
    work.run();
    add(System.nanoTime() - before);
  }

  /// The value that this share of the samples does not exceed, in milliseconds.
  public double percentile(double share) {
    var sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return sorted[(int) Math.ceil(share * count) - 1] / 1e6;
  }

  /// Half of the samples do not exceed it; in milliseconds.
  public double median() {
    return percentile(0.5);
  }

  /// Cells for p50, p95 and p99, in milliseconds.
  public String[] cells() {
    return new String[] {text(median()), text(percentile(0.95)), text(percentile(0.99))};
  }

  /// The same, and the median of something bare, and how many times as long ours took.
  public String[] against(Samples bare) {
    var cells = cells();
    return new String[] {
      cells[0], cells[1], cells[2], text(bare.median()), text(median() / bare.median())
    };
  }

  /// A figure with as many digits as it deserves.
  public static String text(double value) {
    var form = value < 0.1 ? "%.3f" : value < 10 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, form, value);
  }
}
