package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.Command;
import org.jspecify.annotations.Nullable;

/// What became of a command that was handed in.
public sealed interface Taken {
  /// It is committed, and runs already where there was room.
  ///
  /// @param position its place in its project's line, 1 = next; null when it does not wait
  record Fresh(Command command, @Nullable Integer position) implements Taken {}

  /// The same request was taken before, under the same idempotency key.
  record Replay(String commandId) implements Taken {}

  /// A command that has not ended is in the conversation that it wants to go on with.
  record Busy() implements Taken {}

  /// Another request was taken before under its idempotency key.
  record Conflict() implements Taken {}
}
