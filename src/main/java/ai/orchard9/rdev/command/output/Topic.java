package ai.orchard9.rdev.command.output;

import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What this server knows of one command's output: how far it goes, its newest chunks in a bounded
/// ring, and who wants to be woken.
final class Topic {

  final String commandId;

  /// One reader at a time asks the database for the newest; the others then find it in the ring.
  final ReentrantLock newest = new ReentrantLock();

  private final Set<Runnable> wakes = ConcurrentHashMap.newKeySet();
  private final TreeMap<Long, SharedChunk> ring = new TreeMap<>();
  private long weight;
  private Position known = new Position(0, false);
  private boolean stale = true;

  // Guarded by the map that holds the topic.
  int holders;
  private volatile long touchedNanos;
  private volatile long ownedNanos;
  private volatile boolean owned;

  Topic(String commandId, long nowNanos) {
    this.commandId = commandId;
    this.touchedNanos = nowNanos;
  }

  /// Chunks just committed by this server.
  synchronized void published(List<SharedChunk> chunks, long allowance, long nowNanos) {
    chunks.forEach(this::offer);
    trim(allowance);
    learn(chunks.getLast().chunk().lastEventId());
    owned = true;
    ownedNanos = nowNanos;
    touchedNanos = nowNanos;
  }

  /// Chunks read from the table.
  synchronized void fetched(List<SharedChunk> chunks, long allowance) {
    chunks.forEach(this::offer);
    trim(allowance);
  }

  /// Another server recorded events up to this one.
  synchronized void learn(long lastEventId) {
    if (lastEventId > known.lastEventId()) {
      known = new Position(lastEventId, known.ended());
    }
  }

  /// The row says so. True if that is news.
  synchronized boolean learn(Position position) {
    Position before = known;
    known =
        new Position(
            Math.max(before.lastEventId(), position.lastEventId()),
            before.ended() || position.ended());
    return !known.equals(before);
  }

  /// The row must be asked before anybody trusts what is known.
  synchronized void markStale() {
    stale = true;
  }

  /// True once if the row must be asked.
  synchronized boolean takeStale() {
    boolean was = stale;
    stale = false;
    return was;
  }

  synchronized Position known() {
    return known;
  }

  /// What memory knows of the events after this one.
  synchronized Next after(long eventId) {
    SharedChunk found = find(eventId + 1);
    if (found != null) {
      return new Next.Found(found, eventId + 1);
    }
    if (stale || known.lastEventId() > eventId) {
      return Next.ASK_DATABASE;
    }
    return known.ended() ? Next.ENDED : Next.WAITING;
  }

  /// Whether that event lies before the ring: a laggard, who reads for himself.
  synchronized boolean isBehind(long eventId) {
    return !ring.isEmpty() && eventId < ring.firstKey();
  }

  synchronized void trim(long allowance) {
    while (weight > allowance && !ring.isEmpty()) {
      weight -= ring.pollFirstEntry().getValue().weight();
    }
  }

  void add(Runnable wake) {
    wakes.add(wake);
  }

  void remove(Runnable wake) {
    wakes.remove(wake);
  }

  void wakeAll() {
    wakes.forEach(Runnable::run);
  }

  void touch(long nowNanos) {
    touchedNanos = nowNanos;
  }

  boolean isIdle(long nowNanos, long idleNanos) {
    return nowNanos - touchedNanos > idleNanos;
  }

  /// Whether this server itself recorded output of it within that time.
  boolean isOwned(long nowNanos, long withinNanos) {
    return owned && nowNanos - ownedNanos < withinNanos;
  }

  private @Nullable SharedChunk find(long eventId) {
    var entry = ring.floorEntry(eventId);
    return entry != null && entry.getValue().chunk().lastEventId() >= eventId
        ? entry.getValue()
        : null;
  }

  private void offer(SharedChunk shared) {
    Chunk chunk = shared.chunk();
    if (!ring.isEmpty()) {
      long end = ring.lastEntry().getValue().chunk().lastEventId();
      if (chunk.firstEventId() <= end) {
        return;
      }
      if (chunk.firstEventId() > end + 1) {
        ring.clear();
        weight = 0;
      }
    }
    ring.put(chunk.firstEventId(), shared);
    weight += shared.weight();
  }
}
