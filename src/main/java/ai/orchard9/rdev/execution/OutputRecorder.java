package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.agent.AgentEvent;
import ai.orchard9.rdev.command.output.Chunk;
import ai.orchard9.rdev.command.output.CommandKey;
import ai.orchard9.rdev.command.output.OutputHashes;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.output.Segmenter;
import ai.orchard9.rdev.command.output.StreamName;
import ai.orchard9.rdev.execution.spool.End;
import ai.orchard9.rdev.execution.spool.Follow;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries what a command prints from a [Follow] into the [OutputLog]: two threads read, the
/// worker's own thread commits. Memory is bounded: while the database is away the readers stop, the
/// pipes fill and the spool keeps the rest.
final class OutputRecorder {
  private static final Logger LOG = LoggerFactory.getLogger(OutputRecorder.class);
  private static final int READ_BYTES = 64 * 1024;

  /// At most one commit in this time while output flows (architecture section 5).
  private static final long PACE_NANOS = 20_000_000L;

  private static final long COMMIT_BYTES = 64 * 1024;
  private static final Duration END_LIMIT = Duration.ofSeconds(10);
  private static final Duration RETRY_FIRST = Duration.ofMillis(100);
  private static final Duration RETRY_LONGEST = Duration.ofSeconds(1);

  private final CommandKey key;
  private final long token;
  private final String owner;
  private final OutputLog output;
  private final Segmenter segmenter;
  private final OutputHashes hashes;
  private final Tap tap;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int open;
  private long waitingBytes;
  private long tellAt = 1;
  private @Nullable Long firstByteAt;
  private long lastCommit = System.nanoTime() - PACE_NANOS;

  OutputRecorder(
      CommandKey key,
      long token,
      String owner,
      OutputLog output,
      Segmenter segmenter,
      OutputHashes hashes,
      Tap tap) {
    this.key = key;
    this.token = token;
    this.owner = owner;
    this.output = output;
    this.segmenter = segmenter;
    this.hashes = hashes;
    this.tap = tap;
  }

  /// What the worker decides between two commits.
  interface Watch {
    /// Runs often; never blocks.
    ///
    /// @return the next time it wants to run, in [System#nanoTime]
    long look() throws InterruptedException;

    /// Whether recording should end although the command has not.
    boolean isOver();
  }

  /// Reads along, and adds events of its own beside the output. Both must be quick: nothing is read
  /// meanwhile.
  interface Tap {
    /// These bytes were taken.
    void printed(StreamName stream, byte[] bytes, int count, long now, Segmenter into);

    /// No more will come.
    void ended(Segmenter into);
  }

  /// Why recording ended.
  sealed interface Outcome {
    /// Everything is recorded up to the end that is told.
    record Done(End end) implements Outcome {}

    /// The watch said so. What was not committed can be read again from the spool.
    record Stopped() implements Outcome {}

    /// The row belongs to somebody else now.
    record Stale() implements Outcome {}
  }

  /// Bytes taken so far of a stream: where a new session has to go on.
  long offset(StreamName stream) {
    return segmenter.accepted(stream);
  }

  boolean limitReached() {
    return segmenter.limitReached();
  }

  OutputHashes hashes() {
    return hashes;
  }

  /// When the first byte came here, in [System#nanoTime]; null: none has.
  @Nullable Long firstByteAt() {
    lock.lock();
    try {
      return firstByteAt;
    } finally {
      lock.unlock();
    }
  }

  /// Adds an event after what has come so far.
  void tell(AgentEvent event) {
    lock.lock();
    try {
      segmenter.agent(event.json(), event.lineEnd());
    } finally {
      lock.unlock();
    }
  }

  /// Has the watch run soon. Never blocks for long.
  void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Records until the command's output has ended or the watch ends it.
  Outcome record(Follow follow, Watch watch) throws InterruptedException {
    open = 2;
    read(follow.stdout(), StreamName.STDOUT);
    read(follow.stderr(), StreamName.STDERR);
    while (true) {
      var chunks = next(watch);
      if (!chunks.isEmpty()) {
        if (!commit(chunks, watch)) {
          return new Outcome.Stale();
        }
      } else if (watch.isOver()) {
        return new Outcome.Stopped();
      } else {
        return finish(follow, watch);
      }
    }
  }

  /// Records the rest when no end will come: what the command left unfinished is an event too.
  boolean flush(Watch watch) throws InterruptedException {
    segmenter.finish(StreamName.STDOUT);
    segmenter.finish(StreamName.STDERR);
    tap.ended(segmenter);
    for (var chunks = take(); !chunks.isEmpty(); chunks = take()) {
      if (!commit(chunks, watch)) {
        return false;
      }
    }
    return true;
  }

  private Outcome finish(Follow follow, Watch watch) throws InterruptedException {
    var end = follow.end(END_LIMIT);
    if (!(end instanceof End.Cut) && !flush(watch)) {
      return new Outcome.Stale();
    }
    return new Outcome.Done(end);
  }

  private List<Chunk> take() {
    lock.lock();
    try {
      return segmenter.take(System.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  /// Waits for something to commit; empty when both streams have ended or the watch is over.
  private List<Chunk> next(Watch watch) throws InterruptedException {
    while (true) {
      var lookAgain = watch.look();
      lock.lockInterruptibly();
      try {
        if (watch.isOver()) {
          return List.of();
        }
        var now = System.nanoTime();
        if (open == 0 || due(now)) {
          var chunks = segmenter.take(now);
          waitingBytes = 0;
          changed.signalAll();
          if (!chunks.isEmpty() || open == 0) {
            return chunks;
          }
        }
        var until = Math.min(lookAgain - now, nextDue(now) - now);
        if (until > 0) {
          changed.awaitNanos(until);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean due(long now) {
    var deadline = segmenter.nextDeadlineNanos();
    if (deadline == Long.MAX_VALUE || (deadline != Long.MIN_VALUE && deadline - now > 0)) {
      return false;
    }
    return waitingBytes >= COMMIT_BYTES || now - lastCommit >= PACE_NANOS;
  }

  private long nextDue(long now) {
    var deadline = segmenter.nextDeadlineNanos();
    if (deadline == Long.MAX_VALUE) {
      return now + Duration.ofHours(1).toNanos();
    }
    var paced = lastCommit + PACE_NANOS;
    return deadline == Long.MIN_VALUE ? paced : Math.max(deadline, paced);
  }

  private boolean commit(List<Chunk> chunks, Watch watch) throws InterruptedException {
    var wait = RETRY_FIRST;
    while (true) {
      try {
        lastCommit = System.nanoTime();
        if (!output.append(key, token, owner, chunks)) {
          return false;
        }
        chunks.forEach(hashes::update);
        tellOfGrowth(chunks.getLast());
        return true;
      } catch (RuntimeException e) {
        LOG.atWarn().addKeyValue("commandId", key.id()).setCause(e).log("output not recorded yet");
        watch.look();
        if (watch.isOver()) {
          return false;
        }
        Thread.sleep(wait);
        wait =
            wait.multipliedBy(2).compareTo(RETRY_LONGEST) > 0
                ? RETRY_LONGEST
                : wait.multipliedBy(2);
      }
    }
  }

  /// Once per doubling, so that runaway output is seen in the log and does not fill it.
  private void tellOfGrowth(Chunk last) {
    var recorded = last.totalOffset() + last.bytes().length;
    if (recorded >= tellAt) {
      LOG.atInfo()
          .addKeyValue("bytes", recorded)
          .addKeyValue("events", last.lastEventId())
          .log("output line");
      tellAt = Long.highestOneBit(recorded) * 2;
    }
  }

  /// A platform thread: reading a process's pipe blocks its carrier.
  private void read(InputStream source, StreamName stream) {
    Thread.ofPlatform()
        .daemon()
        .name("output-" + key.id() + "-" + stream.wireName())
        .start(() -> readAll(source, stream));
  }

  private void readAll(InputStream source, StreamName stream) {
    var buffer = new byte[READ_BYTES];
    try {
      for (int count = source.read(buffer); count >= 0; count = source.read(buffer)) {
        append(stream, buffer, count);
      }
    } catch (IOException e) {
      // The session broke: end() says so, and the worker adopts again from the offsets.
      LOG.atDebug().addKeyValue("commandId", key.id()).setCause(e).log("output session broke");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ended();
    }
  }

  private void append(StreamName stream, byte[] bytes, int count) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (segmenter.isFull()) {
        changed.await();
      }
      var wasIdle = waitingBytes == 0;
      var now = System.nanoTime();
      if (firstByteAt == null) {
        firstByteAt = now;
      }
      var kept = (int) Math.min(count, segmenter.remaining());
      segmenter.append(stream, bytes, 0, count, now);
      tap.printed(stream, bytes, kept, now, segmenter);
      waitingBytes += count;
      if (wasIdle || waitingBytes >= COMMIT_BYTES) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void ended() {
    lock.lock();
    try {
      open--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
