package ai.orchard9.rdev.command.output;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Cuts what a command prints into [Chunk]s that end at event borders.
///
/// Whole lines go at once; an unfinished line is held back until its newline, the end of its
/// stream, 64 KiB, or [#HOLD_NANOS] after its first byte, and never cut inside a UTF-8 character
/// (bytes that are not UTF-8 are cut anywhere). Lines of the two streams keep the order in which
/// they came as far as one commit has room for the alternation. The output limit is exact over both
/// streams: what lies beyond is discarded, and [#limitReached()] says so.
///
/// Memory is bounded if the caller stops appending while [#isFull()]. Not thread-safe: one recorder
/// owns it.
public final class Segmenter {

  /// How long an unfinished line waits for its newline: 200 ms.
  public static final long HOLD_NANOS = 200_000_000L;

  /// How many chunks go into one commit.
  public static final int CHUNKS_PER_COMMIT = 16;

  private static final int FULL_CHUNKS = 2 * CHUNKS_PER_COMMIT;
  private static final long NEVER = Long.MAX_VALUE;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final String commandId;
  private final long limit;
  private final Part stdout;
  private final Part stderr;
  private final ArrayDeque<Chunk> ready = new ArrayDeque<>();
  private long nextEventId;
  private long recorded;
  private long accepted;
  private boolean limitReached;

  /// Starts where the stored output of a command ends, so that a take-over goes on exactly.
  ///
  /// @param nextEventId the id of the next event, 1 for a new command
  /// @param stdoutOffset bytes of stdout stored
  /// @param stderrOffset bytes of stderr stored
  /// @param limit the most bytes of both streams together that are kept
  public Segmenter(
      String commandId, long nextEventId, long stdoutOffset, long stderrOffset, long limit) {
    this.commandId = commandId;
    this.nextEventId = nextEventId;
    this.stdout = new Part(StreamName.STDOUT, stdoutOffset);
    this.stderr = new Part(StreamName.STDERR, stderrOffset);
    this.recorded = stdoutOffset + stderrOffset;
    this.accepted = recorded;
    this.limit = limit;
  }

  /// Takes bytes of a stream as they come.
  public void append(StreamName stream, byte[] source, int offset, int length, long nowNanos) {
    int kept = (int) Math.min(length, Math.max(0, limit - accepted));
    limitReached |= kept < length;
    if (kept == 0) {
      return;
    }
    accepted += kept;
    Part part = part(stream);
    Part other = part == stdout ? stderr : stdout;
    if (other.complete > 0 && ready.size() < CHUNKS_PER_COMMIT - 2) {
      other.cutComplete();
    }
    part.append(source, offset, kept, nowNanos);
  }

  /// Records an `agent` event after all whole lines that came before it.
  ///
  /// @param json the data of the event, one line of UTF-8, at most 64 KiB
  /// @param lineEnd bytes of stdout up to the end of the line that told it
  public void agent(byte[] json, long lineEnd) {
    Part first = stdout.complete > 0 ? stdout : stderr;
    first.cutComplete();
    (first == stdout ? stderr : stdout).cutComplete();
    ready.add(
        new Chunk(
            commandId,
            nextEventId,
            nextEventId,
            StreamName.AGENT,
            lineEnd,
            recorded,
            json.clone()));
    nextEventId++;
  }

  /// What can be recorded now, in order, at most [#CHUNKS_PER_COMMIT]; empty when nothing can.
  public List<Chunk> take(long nowNanos) {
    if (ready.size() < CHUNKS_PER_COMMIT) {
      stdout.release(nowNanos);
      stderr.release(nowNanos);
    }
    if (ready.isEmpty()) {
      return List.of();
    }
    var chunks = new ArrayList<Chunk>(Math.min(ready.size(), CHUNKS_PER_COMMIT));
    while (!ready.isEmpty() && chunks.size() < CHUNKS_PER_COMMIT) {
      chunks.add(ready.remove());
    }
    return chunks;
  }

  /// A stream has ended: its unfinished line need not wait any more.
  public void finish(StreamName stream) {
    part(stream).finish();
  }

  /// When [#take] will have something that it would not give now: [Long#MAX_VALUE] if only new
  /// bytes can bring it, [Long#MIN_VALUE] if it has something already.
  public long nextDeadlineNanos() {
    if (!ready.isEmpty() || stdout.complete > 0 || stderr.complete > 0) {
      return Long.MIN_VALUE;
    }
    long first = stdout.deadline();
    long second = stderr.deadline();
    if (first == NEVER || second == NEVER) {
      return first == NEVER ? second : first;
    }
    return first - second < 0 ? first : second;
  }

  /// Enough is waiting: record before appending more.
  public boolean isFull() {
    return ready.size() >= FULL_CHUNKS;
  }

  /// Whether more came than the limit allows; what lies beyond was discarded.
  public boolean limitReached() {
    return limitReached;
  }

  /// How many bytes may still come.
  public long remaining() {
    return Math.max(0, limit - accepted);
  }

  /// Bytes of that stream appended so far, those stored before included.
  public long accepted(StreamName stream) {
    Part part = part(stream);
    return part.offset + part.length;
  }

  private Part part(StreamName stream) {
    return switch (stream) {
      case STDOUT -> stdout;
      case STDERR -> stderr;
      case AGENT -> throw new IllegalArgumentException("agent events are no output");
    };
  }

  /// The bytes of one stream that are not cut yet: whole lines first, then an unfinished one.
  private final class Part {
    private final StreamName name;
    private byte[] buffer = new byte[4096];
    private int length;
    private int complete;
    private int events;
    private long offset;
    private long tailSince;
    private boolean waits;

    private Part(StreamName name, long offset) {
      this.name = name;
      this.offset = offset;
    }

    private void append(byte[] source, int from, int count, long nowNanos) {
      int position = from;
      int end = from + count;
      while (position < end) {
        int step = Math.min(end - position, Chunk.MAX_BYTES - length);
        reserve(length + step);
        System.arraycopy(source, position, buffer, length, step);
        boolean startsTail = length == complete;
        int newlines = countNewlines(buffer, length, length + step);
        if (newlines > 0) {
          events += newlines;
          complete = lastNewline(buffer, length + step) + 1;
          startsTail = true;
        }
        length += step;
        position += step;
        waits |= length > complete;
        if (startsTail) {
          tailSince = nowNanos;
        }
        if (length == Chunk.MAX_BYTES) {
          cutFull(nowNanos);
        }
      }
    }

    private void cutFull(long nowNanos) {
      if (complete > 0) {
        cutComplete();
      } else {
        cut(length - Utf8.incompleteSuffix(buffer, 0, length), 1);
        tailSince = nowNanos;
      }
    }

    private void cutComplete() {
      if (complete > 0) {
        cut(complete, events);
      }
    }

    private void release(long nowNanos) {
      boolean due = waits && length > complete && nowNanos - tailSince >= HOLD_NANOS;
      if (!due) {
        cutComplete();
        return;
      }
      int end = length - Utf8.incompleteSuffix(buffer, complete, length);
      cut(end, end > complete ? events + 1 : events);
      // What is left is the beginning of a character: only its next byte can bring it forward.
      waits = false;
      tailSince = nowNanos;
    }

    private void finish() {
      cut(length, length > complete ? events + 1 : events);
    }

    private long deadline() {
      return waits && length > complete ? tailSince + HOLD_NANOS : NEVER;
    }

    private void cut(int end, int count) {
      if (end == 0) {
        return;
      }
      byte[] bytes = Arrays.copyOf(buffer, end);
      ready.add(
          new Chunk(
              commandId, nextEventId, nextEventId + count - 1, name, offset, recorded, bytes));
      nextEventId += count;
      offset += end;
      recorded += end;
      length -= end;
      System.arraycopy(buffer, end, buffer, 0, length);
      complete = 0;
      events = 0;
    }

    private void reserve(int capacity) {
      if (capacity > buffer.length) {
        int doubled = Math.max(capacity, Math.min(2 * buffer.length, Chunk.MAX_BYTES));
        buffer = Arrays.copyOf(buffer, doubled);
      }
    }
  }

  static int countNewlines(byte[] bytes, int from, int to) {
    int count = 0;
    int position = from;
    for (; position + 8 <= to; position += 8) {
      // Exact, unlike the shorter trick whose borrow also marks a byte beside a match.
      long word = (long) LONGS.get(bytes, position) ^ 0x0a0a0a0a0a0a0a0aL;
      long low = (word & 0x7f7f7f7f7f7f7f7fL) + 0x7f7f7f7f7f7f7f7fL;
      count += Long.bitCount(~(low | word | 0x7f7f7f7f7f7f7f7fL));
    }
    for (; position < to; position++) {
      if (bytes[position] == '\n') {
        count++;
      }
    }
    return count;
  }

  private static int lastNewline(byte[] bytes, int to) {
    int position = to - 1;
    while (bytes[position] != '\n') {
      position--;
    }
    return position;
  }
}
