package ai.orchard9.rdev.command.output;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A position in one command's events, and what comes after it: from memory while that holds it,
/// else from the table in bounded pieces. One thread at a time.
public final class OutputReader implements AutoCloseable {

  private static final int BUDGET_BYTES = 256 * 1024;

  private final OutputLog log;
  private final CommandKey key;
  private final Topic topic;
  private final ArrayDeque<SharedChunk> own = new ArrayDeque<>(0);
  private @Nullable Next loaded;
  private long after;

  OutputReader(OutputLog log, CommandKey key, Topic topic, long after) {
    this.log = log;
    this.key = key;
    this.topic = topic;
    this.after = after;
  }

  /// The last event that was given, or that the reader started after.
  public long position() {
    return after;
  }

  /// What comes next as far as memory knows; never blocks.
  public Next poll() {
    if (loaded != null) {
      Next next = loaded;
      loaded = null;
      return next;
    }
    Next next = own.isEmpty() ? topic.after(after) : found(own.remove());
    if (next instanceof Next.Found found) {
      after = found.shared().chunk().lastEventId();
    }
    return next;
  }

  /// Finds what the next [#poll] answers; may ask the database, so only where blocking is allowed.
  public void load() {
    Next next = fetch();
    // That there was nothing yet is no answer to keep: a wake-up meanwhile would be forgotten.
    loaded = next instanceof Next.Waiting ? null : next;
  }

  /// What comes next; may ask the database, so only where blocking is allowed. Never
  /// [Next.AskDatabase].
  Next fetch() {
    Next next = poll();
    if (!(next instanceof Next.AskDatabase)) {
      return next;
    }
    if (topic.isBehind(after + 1)) {
      List<SharedChunk> chunks = log.read(key, after, BUDGET_BYTES);
      return serve(chunks, false);
    }
    topic.newest.lock();
    try {
      next = poll();
      if (next instanceof Next.AskDatabase && topic.takeStale()) {
        log.refresh(topic);
        next = poll();
      }
      if (!(next instanceof Next.AskDatabase)) {
        return next;
      }
      return serve(log.read(key, after, BUDGET_BYTES), true);
    } finally {
      topic.newest.unlock();
    }
  }

  /// May be called while another thread is in [#fetch]; once.
  @Override
  public void close() {
    log.release(topic);
  }

  private Next serve(List<SharedChunk> chunks, boolean share) {
    if (chunks.isEmpty()) {
      // The row counts them and was committed together with them: they were purged.
      long last = topic.known().lastEventId();
      return last > after ? gap(last) : Next.WAITING;
    }
    long first = chunks.getFirst().chunk().firstEventId();
    if (share) {
      log.share(topic, chunks);
    }
    if (first > after + 1) {
      return gap(first - 1);
    }
    own.addAll(chunks);
    return poll();
  }

  private Next gap(long last) {
    var gap = new Next.Gap(after + 1, last);
    after = last;
    return gap;
  }

  private Next found(SharedChunk shared) {
    return new Next.Found(shared, after + 1);
  }
}
