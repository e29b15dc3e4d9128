package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.command.output.Chunk;
import ai.orchard9.rdev.command.output.StreamName;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Events as they travel (HTML Living Standard, server-sent events): `id: 1`, `event: output`,
/// `data: {…}`, one blank after each colon, an empty line after each event.
final class Frames {

  /// Milliseconds after which a client comes back.
  static final byte[] RETRY = ascii("retry: 2000\n");

  /// About as many bytes as one piece of a rendering has.
  static final int PIECE_BYTES = 128 * 1024;

  private static final byte[] ID = ascii("id: ");
  private static final byte[] OUTPUT = ascii("\nevent: output\ndata: {\"line\":\"");
  private static final byte[] AGENT = ascii("\nevent: agent\ndata: ");
  private static final byte[] STDOUT = ascii("\",\"stream\":\"stdout\"}\n\n");
  private static final byte[] STDERR = ascii("\",\"stream\":\"stderr\"}\n\n");
  private static final byte[] STDOUT_OPEN = ascii("\",\"stream\":\"stdout\",\"eol\":false}\n\n");
  private static final byte[] STDERR_OPEN = ascii("\",\"stream\":\"stderr\",\"eol\":false}\n\n");
  private static final byte[] EMPTY_LINE = ascii("\n\n");
  private static final int FRAME_BYTES = 72;

  private Frames() {}

  /// Whether the rendering of the whole chunk is small enough to be kept for all readers.
  static boolean isShareable(Chunk chunk) {
    return estimate(chunk) <= 2 * PIECE_BYTES;
  }

  /// All events of a chunk.
  static byte[] of(Chunk chunk) {
    var text = new JsonText(estimate(chunk));
    new Cursor(chunk, chunk.firstEventId()).write(text, Integer.MAX_VALUE);
    return text.toBytes();
  }

  /// One event that is no output.
  ///
  /// @param id null for an event that a client cannot continue after
  static byte[] event(@Nullable Long id, String event, byte[] json) {
    var text = new JsonText(json.length + 64);
    if (id != null) {
      text.raw(ID);
      text.number(id);
      text.raw(ascii("\n"));
    }
    text.raw(ascii("event: " + event + "\ndata: "));
    text.raw(json);
    text.raw(EMPTY_LINE);
    return text.toBytes();
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static int estimate(Chunk chunk) {
    long events = chunk.lastEventId() - chunk.firstEventId() + 1;
    return (int) (chunk.bytes().length + chunk.bytes().length / 32 + events * FRAME_BYTES + 64);
  }

  /// The events of a chunk from one of them on, in pieces.
  static final class Cursor {
    private final Chunk chunk;
    private long eventId;
    private int position;

    Cursor(Chunk chunk, long firstEventId) {
      this.chunk = chunk;
      this.eventId = chunk.firstEventId();
      while (eventId < firstEventId && chunk.stream() != StreamName.AGENT) {
        while (chunk.bytes()[position] != '\n') {
          position++;
        }
        position++;
        eventId++;
      }
    }

    /// The next whole events, about [#PIECE_BYTES]; null after the last one.
    byte @Nullable [] next() {
      if (position >= chunk.bytes().length) {
        return null;
      }
      var text = new JsonText(Math.min(PIECE_BYTES + 1024, estimate(chunk)));
      write(text, PIECE_BYTES);
      return text.toBytes();
    }

    private void write(JsonText text, int limit) {
      byte[] bytes = chunk.bytes();
      if (chunk.stream() == StreamName.AGENT) {
        text.raw(ID);
        text.number(eventId);
        text.raw(AGENT);
        text.raw(bytes);
        text.raw(EMPTY_LINE);
        position = bytes.length;
        return;
      }
      boolean stdout = chunk.stream() == StreamName.STDOUT;
      while (position < bytes.length && text.length() < limit) {
        text.raw(ID);
        text.number(eventId++);
        text.raw(OUTPUT);
        position = text.line(bytes, position, bytes.length);
        if (position < bytes.length) {
          text.raw(stdout ? STDOUT : STDERR);
          position++;
        } else {
          text.raw(stdout ? STDOUT_OPEN : STDERR_OPEN);
        }
      }
    }
  }
}
