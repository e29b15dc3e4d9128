package ai.orchard9.rdev.execution.spool;

/// How following a command ended.
public sealed interface End {
  /// The command ended, and all its output came.
  record Ended(ExitRecord record) implements End {}

  /// Its supervisor is gone and left no record. What there was of the output came; the outcome is
  /// unknown.
  record Lost() implements End {}

  /// The session broke, or is not over yet. Adopt again, from the offsets reached.
  record Cut() implements End {}
}
