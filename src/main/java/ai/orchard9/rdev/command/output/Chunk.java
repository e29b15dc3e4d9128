package ai.orchard9.rdev.command.output;

/// A stretch of one stream's output that ends at an event border.
///
/// Its events are a pure function of its bytes (format 1): each piece up to a `\n` is an event, and
/// a piece without one at the chunk's end is an event of its own (`eol: false`). Their ids count up
/// from `firstEventId`. An [StreamName#AGENT] chunk is one event, whatever its bytes.
///
/// @param streamOffset bytes of the same stream before this chunk; of an agent's event: bytes of
///   stdout up to the end of the line that told it
/// @param totalOffset bytes of stdout and stderr before this chunk, in the order recorded
/// @param bytes 1 to [#MAX_BYTES]; shared by all readers, never changed
@SuppressWarnings("ArrayRecordComponent") // shared on purpose: chunks are compared by their ids
public record Chunk(
    String commandId,
    long firstEventId,
    long lastEventId,
    StreamName stream,
    long streamOffset,
    long totalOffset,
    byte[] bytes) {

  /// The largest chunk, and the longest line that is one event.
  public static final int MAX_BYTES = 64 * 1024;

  public Chunk {
    if (bytes.length == 0 || bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException("a chunk of " + bytes.length + " bytes");
    }
    if (firstEventId < 1 || lastEventId < firstEventId) {
      throw new IllegalArgumentException("events " + firstEventId + " to " + lastEventId);
    }
  }

  @Override
  public String toString() {
    return "Chunk[%s %d-%d %s @%d/%d %d bytes]"
        .formatted(
            commandId,
            firstEventId,
            lastEventId,
            stream.wireName(),
            streamOffset,
            totalOffset,
            bytes.length);
  }
}
