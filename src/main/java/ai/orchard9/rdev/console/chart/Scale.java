package ai.orchard9.rdev.console.chart;

import java.util.List;
import java.util.stream.LongStream;

/// A scale from 0 on in steps that are easy to read: 1, 2 or 5 times a power of ten.
record Scale(long step, long steps) {
  private static final int MOST_STEPS = 4;
  private static final int[] EASY = {1, 2, 5};

  /// The finest one that reaches `most` in four steps.
  static Scale upTo(long most) {
    for (long power = 1; ; power *= 10) {
      for (int easy : EASY) {
        var steps = Math.ceilDiv(Math.max(1, most), easy * power);
        if (steps <= MOST_STEPS) {
          return new Scale(easy * power, steps);
        }
      }
    }
  }

  long top() {
    return step * steps;
  }

  List<Long> ticks() {
    return LongStream.rangeClosed(0, steps).map(it -> it * step).boxed().toList();
  }
}
