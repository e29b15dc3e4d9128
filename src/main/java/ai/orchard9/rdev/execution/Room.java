package ai.orchard9.rdev.execution;

import java.util.function.IntSupplier;

/// How many commands this server may run, and does. The limit may change at any time: a lower one
/// ends nothing. Any thread may call.
final class Room {
  private final IntSupplier limit;
  private int taken;

  Room(IntSupplier limit) {
    this.limit = limit;
  }

  /// Takes up to so much of what is left, and says how much.
  synchronized int take(int wanted) {
    var got = Math.clamp((long) limit.getAsInt() - taken, 0, wanted);
    taken += got;
    return got;
  }

  /// Takes so much, or nothing.
  synchronized boolean takeAll(int wanted) {
    var fits = limit.getAsInt() - taken >= wanted;
    taken += fits ? wanted : 0;
    return fits;
  }

  synchronized void giveBack(int count) {
    if (count > taken) {
      throw new IllegalStateException("gives back more than was taken");
    }
    taken -= count;
  }
}
