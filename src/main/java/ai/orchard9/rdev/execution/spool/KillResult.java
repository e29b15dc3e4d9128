package ai.orchard9.rdev.execution.spool;

/// What became of a kill.
public sealed interface KillResult {
  /// Signals were sent.
  record Killed(KillReceipt receipt) implements KillResult {}

  /// The command had ended before the first signal, and keeps its own end.
  record Ended() implements KillResult {}

  /// No such attempt is here, or it never started.
  record Unknown() implements KillResult {}
}
