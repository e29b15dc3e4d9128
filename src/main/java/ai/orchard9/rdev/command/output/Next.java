package ai.orchard9.rdev.command.output;

/// What a reader finds after its position.
public sealed interface Next {

  /// Recorded output; the reader has moved behind it.
  ///
  /// @param firstEventId the first event of the chunk that the reader does not have yet
  record Found(SharedChunk shared, long firstEventId) implements Next {}

  /// Events that can no longer be had; the reader has moved behind them.
  record Gap(long fromEventId, long toEventId) implements Next {}

  /// Nothing yet: a wake-up will tell.
  record Waiting() implements Next {}

  /// Nothing ever again: the command has its final status.
  record Ended() implements Next {}

  /// Only the database knows: call [OutputReader#load] where blocking is allowed.
  record AskDatabase() implements Next {}

  /// See [Waiting].
  Next WAITING = new Waiting();

  /// See [Ended].
  Next ENDED = new Ended();

  /// See [AskDatabase].
  Next ASK_DATABASE = new AskDatabase();
}
