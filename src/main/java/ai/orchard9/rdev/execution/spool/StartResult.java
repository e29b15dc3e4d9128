package ai.orchard9.rdev.execution.spool;

/// What became of a start.
public sealed interface StartResult {
  /// It runs; its streams come through `follow`.
  record Started(Follow follow, String instance) implements StartResult {}

  /// This attempt was started before, or was buried by an adopter: it will not be started again.
  record Refused() implements StartResult {}

  /// Nothing was sent: the sessions of this place are in another instance than the caller named.
  /// Store it, then start again.
  record OtherInstance(String actual) implements StartResult {}

  /// Nothing was sent: no session could be opened. It can be started elsewhere or later.
  record Unreached(String reason) implements StartResult {}

  /// It cannot be started, and nothing ran.
  record Failed(String reason) implements StartResult {}
}
