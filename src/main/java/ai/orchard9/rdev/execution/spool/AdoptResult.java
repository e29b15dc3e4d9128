package ai.orchard9.rdev.execution.spool;

/// What an adopter found.
public sealed interface AdoptResult {
  /// Its streams come through `follow` from the offsets on; also when it has ended or its
  /// supervisor is gone, which the follow tells at its end.
  record Following(Follow follow) implements AdoptResult {}

  /// It had not been started, and now never will: another attempt may be.
  record NeverStarted() implements AdoptResult {}

  /// The place was replaced or its machine restarted; what became of the command, nobody can tell.
  record OtherInstance(String actual) implements AdoptResult {}

  /// Somebody with a higher token owns it.
  record Stale() implements AdoptResult {}
}
