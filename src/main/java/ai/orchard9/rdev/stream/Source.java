package ai.orchard9.rdev.stream;

import org.jspecify.annotations.Nullable;

/// What one answer is made of. Its methods are never called at the same time, except `wake`, which
/// sources are given at [#open].
interface Source extends AutoCloseable {

  /// Begins: from now on `wake` runs when there may be news.
  void open(Runnable wake);

  /// What comes next; never blocks.
  Piece poll();

  /// Finds out what [Piece.Blocked] waits for; blocks.
  void prepare() throws Exception;

  /// What to say after long silence; null for nothing.
  default byte @Nullable [] heartbeat() {
    return null;
  }

  /// What to say when the server ends the stream early; null if the client can only be cut off.
  default byte @Nullable [] farewell(String code, String message) {
    return null;
  }

  /// Once; may come while [#prepare] runs.
  @Override
  void close();
}
