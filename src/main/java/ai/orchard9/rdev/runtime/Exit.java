package ai.orchard9.rdev.runtime;

/// How a session ended.
public sealed interface Exit {
  /// Its program returned this status; 128 + n when signal n ended it.
  record Exited(int code) implements Exit {}

  /// Nobody can tell: it still runs, or the connection broke first. Never to be taken for success.
  record Unknown(String reason) implements Exit {}
}
