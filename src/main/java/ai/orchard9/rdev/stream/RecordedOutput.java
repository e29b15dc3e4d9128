package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.command.output.Chunk;
import ai.orchard9.rdev.command.output.CommandKey;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.output.StreamName;
import java.util.ArrayDeque;
import java.util.List;

/// A stretch of recorded bytes of one stream, or of both in the order recorded.
final class RecordedOutput implements Source {

  private final OutputLog log;
  private final CommandKey key;
  private final List<StreamName> streams;
  private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
  private long position;
  private final long end;
  private long after = -1;
  private boolean broken;

  /// @param start of the first byte
  /// @param end behind the last byte; all before it are recorded, or purged
  RecordedOutput(OutputLog log, CommandKey key, List<StreamName> streams, long start, long end) {
    this.log = log;
    this.key = key;
    this.streams = streams;
    this.position = start;
    this.end = end;
  }

  /// Whether the first byte can still be had; blocks.
  boolean isThere() {
    prepare();
    return !broken;
  }

  @Override
  public void open(Runnable wake) {}

  @Override
  public Piece poll() {
    if (position >= end) {
      return Piece.END;
    }
    if (broken) {
      return Piece.BROKEN;
    }
    Chunk chunk = chunks.poll();
    if (chunk == null) {
      return Piece.BLOCKED;
    }
    long start = startOf(chunk);
    int from = (int) (position - start);
    int length = (int) Math.min(chunk.bytes().length - from, end - position);
    position += length;
    return new Piece.Data(chunk.bytes(), from, length);
  }

  @Override
  public void prepare() {
    if (position >= end || !chunks.isEmpty()) {
      return;
    }
    if (after < 0) {
      after = log.eventBefore(key, streams, position);
    }
    chunks.addAll(log.read(key, after, streams));
    Chunk first = chunks.peek();
    Chunk last = chunks.peekLast();
    broken =
        first == null
            || startOf(first) > position
            || startOf(first) + first.bytes().length <= position;
    after = last == null ? after : last.lastEventId();
  }

  @Override
  public void close() {}

  private long startOf(Chunk chunk) {
    return streams.size() == 1 ? chunk.streamOffset() : chunk.totalOffset();
  }
}
