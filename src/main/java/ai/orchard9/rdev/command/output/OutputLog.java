package ai.orchard9.rdev.command.output;

import io.dropwizard.lifecycle.Managed;
import java.util.List;
import java.util.Optional;

/// The front door of recorded output: execution appends, streams read.
public final class OutputLog implements Managed {

  /// Records chunks of a running command in one commit, then wakes its readers.
  ///
  /// Also moves the row's `last_event_id`, `stdout_bytes` and `stderr_bytes`, and sets
  /// `acknowledged`. Safe to repeat with the same chunks when a former try ended without an answer.
  ///
  /// @param chunks 1 to [Segmenter#CHUNKS_PER_COMMIT], the continuation of what is stored
  /// @param token the caller's fencing token
  /// @param owner the caller's server id
  /// @return false if the command is not the caller's any more: nothing was recorded, stop
  public boolean append(CommandKey key, long token, String owner, List<Chunk> chunks) {
    return notYet();
  }

  /// To be called after a commit that changed a command's row in a way its followers want to know
  /// (started, handed over).
  public void published(String commandId) {}

  /// To be called after the commit that gave a command its final status.
  public void finished(String commandId) {}

  /// How far the recorded output goes, asked of the database; empty if there is no such command.
  public Optional<Position> position(String commandId) {
    return notYet();
  }

  /// Runs `wake` soon after something was recorded or the command ended, on any server; it may run
  /// without news, must be quick and never block. Ends when closed.
  public Subscription subscribe(String commandId, Runnable wake) {
    return notYet();
  }

  /// The hashes of what is stored, to be carried on after a take-over.
  public OutputHashes hashes(CommandKey key) {
    return notYet();
  }

  /// Up to `limit` first bytes of a stream.
  public byte[] head(CommandKey key, StreamName stream, int limit) {
    return notYet();
  }

  @SuppressWarnings("TypeParameterUnusedInFormals")
  private static <T> T notYet() {
    throw new UnsupportedOperationException();
  }
}
