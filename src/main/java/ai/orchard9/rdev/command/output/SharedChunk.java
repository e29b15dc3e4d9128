package ai.orchard9.rdev.command.output;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A chunk that many readers hold at once, with what one of them made of it for all.
public final class SharedChunk {

  // Besides the bytes: the object and its place in the ring, and a rendering, which repeats the
  // bytes
  // and adds a frame to each event.
  private static final int OVERHEAD = 256;
  private static final int FRAME = 96;

  private final Chunk chunk;
  private volatile byte @Nullable [] rendered;

  SharedChunk(Chunk chunk) {
    this.chunk = chunk;
  }

  /// The chunk itself.
  public Chunk chunk() {
    return chunk;
  }

  /// The rendering of the whole chunk, made by the first who asks and never changed.
  public byte[] rendered(Function<Chunk, byte[]> renderer) {
    var made = rendered;
    if (made == null) {
      made = renderer.apply(chunk);
      rendered = made;
    }
    return made;
  }

  long weight() {
    long events = chunk.lastEventId() - chunk.firstEventId() + 1;
    return 2L * chunk.bytes().length + FRAME * events + OVERHEAD;
  }
}
