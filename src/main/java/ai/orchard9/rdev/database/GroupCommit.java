package ai.orchard9.rdev.database;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/// Writes what several callers bring at the same time in one transaction: what comes while a commit
/// is on its way waits for the next. A single caller waits for nothing but its own.
///
/// One item that the database refuses fails alone. When the database cannot be reached, those who
/// wait fail with the first of them, so that nobody waits for longer than one write may take.
///
/// Any thread may call.
///
/// @param <I> what is written
/// @param <O> what its caller is told
public final class GroupCommit<I, O> {
  private final String name;
  private final Semaphore lanes;
  private final int mostItems;
  private final int mostWeight;
  private final ToIntFunction<I> weight;
  private final Function<List<I>, List<O>> write;
  private final Queue<Entry<I, O>> waiting = new ConcurrentLinkedQueue<>();

  /// @param name of the threads that write
  /// @param lanes how many writes may be on their way at once
  /// @param mostItems how many items one write may hold
  /// @param mostWeight how much they may weigh together; a single one may weigh more
  /// @param weight of an item, as bytes
  /// @param write one transaction; answers one result for each item, in their order
  public GroupCommit(
      String name,
      int lanes,
      int mostItems,
      int mostWeight,
      ToIntFunction<I> weight,
      Function<List<I>, List<O>> write) {
    this(name, new Semaphore(lanes), mostItems, mostWeight, weight, write);
  }

  /// @param lanes a permit for each write that may be on its way
  GroupCommit(
      String name,
      Semaphore lanes,
      int mostItems,
      int mostWeight,
      ToIntFunction<I> weight,
      Function<List<I>, List<O>> write) {
    this.name = name;
    this.lanes = lanes;
    this.mostItems = mostItems;
    this.mostWeight = mostWeight;
    this.weight = weight;
    this.write = write;
  }

  private record Entry<I, O>(I item, CompletableFuture<O> result) {}

  /// Returns when the item is committed.
  ///
  /// @throws RuntimeException what the write threw
  public O write(I item) {
    var entry = new Entry<I, O>(item, new CompletableFuture<>());
    waiting.add(entry);
    if (lanes.tryAcquire()) {
      Thread.ofVirtual().name(name).start(this::drain);
    }
    try {
      return entry.result().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /// Holds a lane until nothing waits; what comes in between giving it back and leaving is seen.
  private void drain() {
    do {
      try {
        for (var batch = next(); !batch.isEmpty(); batch = next()) {
          write(batch);
        }
      } finally {
        lanes.release();
      }
    } while (!waiting.isEmpty() && lanes.tryAcquire());
  }

  private List<Entry<I, O>> next() {
    var batch = new ArrayList<Entry<I, O>>();
    var left = mostWeight;
    while (batch.size() < mostItems && left > 0) {
      var entry = waiting.poll();
      if (entry == null) {
        break;
      }
      batch.add(entry);
      left -= weight.applyAsInt(entry.item());
    }
    return batch;
  }

  @SuppressWarnings("CatchingUnchecked") // The edge of a thread: each caller must be answered.
  private void write(List<Entry<I, O>> batch) {
    try {
      var results = write.apply(batch.stream().map(Entry::item).toList());
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).result().complete(results.get(i));
      }
    } catch (RuntimeException failure) {
      if (DatabaseErrors.isUnreachable(failure)) {
        fail(batch, failure);
        fail(drained(), failure);
      } else if (batch.size() == 1) {
        fail(batch, failure);
      } else {
        batch.forEach(entry -> write(List.of(entry)));
      }
    } catch (Error failure) {
      // Those who wait behind must not be left waiting: the lane goes on.
      fail(batch, failure);
    }
  }

  private List<Entry<I, O>> drained() {
    var rest = new ArrayList<Entry<I, O>>();
    for (var entry = waiting.poll(); entry != null; entry = waiting.poll()) {
      rest.add(entry);
    }
    return rest;
  }

  private void fail(List<Entry<I, O>> entries, Throwable failure) {
    entries.forEach(entry -> entry.result().completeExceptionally(failure));
  }
}
