package ai.orchard9.rdev.ratelimit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Counted requests, oldest first. Those that came within one grain of time are one entry, which
/// leaves with the last of them: never too early, and a grain late at most. Times are microseconds
/// of the shared clock. Not thread-safe.
final class Tally {
  private static final int FEW = 4;
  private static final int MICROS_IN_MILLI = 1000;

  private long[] times = new long[FEW];
  private int[] counts = new int[FEW];
  private int first;
  private int size;
  private int sum;
  private long opened;

  /// The tally that another replica has told of.
  static Tally of(Exchange.Counts told, long now) {
    var tally = new Tally();
    for (int i = 0; i < told.ages().size(); i++) {
      // Ahead of us it can be only by an error of the clocks.
      var time = Math.min(told.newest() - told.ages().get(i) * (long) MICROS_IN_MILLI, now);
      tally.append(time, told.counts().get(i));
      tally.sum += told.counts().get(i);
    }
    return tally;
  }

  /// Counts one request.
  void add(long time, long grain) {
    if (size > 0 && time - opened < grain) {
      var newest = slot(size - 1);
      times[newest] = Math.max(times[newest], time);
      counts[newest]++;
    } else {
      opened = time;
      append(time, 1);
    }
    sum++;
  }

  /// Forgets what was counted up to then.
  void forget(long upTo) {
    while (size > 0 && times[first] <= upTo) {
      sum -= counts[first];
      first = slot(1);
      size--;
    }
  }

  /// How many are counted.
  int sum() {
    return sum;
  }

  /// How many entries there are.
  int size() {
    return size;
  }

  /// When the last request of an entry came.
  long time(int index) {
    return times[slot(index)];
  }

  /// How many requests an entry counts.
  int count(int index) {
    return counts[slot(index)];
  }

  /// How many the oldest entry counts; 0 if there is none.
  int oldest() {
    return size == 0 ? 0 : counts[first];
  }

  /// Follows a clock that was moved.
  void shift(long micros) {
    opened += micros;
    for (int i = 0; i < times.length; i++) {
      times[i] += micros;
    }
  }

  /// All of it, as other replicas are told.
  Exchange.Counts told() {
    var newest = size == 0 ? 0 : time(size - 1);
    List<Integer> ages = new ArrayList<>(size);
    List<Integer> told = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      ages.add((int) ((newest - time(i)) / MICROS_IN_MILLI));
      told.add(count(i));
    }
    return new Exchange.Counts(newest, ages, told);
  }

  private void append(long time, int count) {
    if (size == times.length) {
      grow();
    }
    times[slot(size)] = time;
    counts[slot(size)] = count;
    size++;
  }

  private void grow() {
    var ordered = new long[size];
    var numbers = new int[size];
    for (int i = 0; i < size; i++) {
      ordered[i] = time(i);
      numbers[i] = count(i);
    }
    times = Arrays.copyOf(ordered, 2 * size);
    counts = Arrays.copyOf(numbers, 2 * size);
    first = 0;
  }

  /// The capacity is a power of two.
  private int slot(int index) {
    return (first + index) & (times.length - 1);
  }
}
