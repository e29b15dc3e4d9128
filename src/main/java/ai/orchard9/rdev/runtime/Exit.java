package ai.orchard9.rdev.runtime;

/// How a session stands.
public sealed interface Exit {
  /// Its program has not ended.
  record Running() implements Exit {}

  /// Its program returned this status; 128 + n when signal n ended it.
  record Exited(int code) implements Exit {}

  /// Its program could not even be started, as when there is none of that name.
  record NotStarted(String reason) implements Exit {}

  /// Nobody can tell: the connection broke first. Never to be taken for success.
  record Unknown(String reason) implements Exit {}
}
