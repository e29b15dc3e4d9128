package ai.orchard9.rdev.runtime;

import org.jspecify.annotations.Nullable;

/// No session was opened, and the runtime can tell why.
public final class SessionRefusedException extends RuntimeUnavailableException {
  private static final long serialVersionUID = 1;

  /// What is to be done about it.
  public enum Reason {
    /// The place is no more and never comes again: nothing that ran there is left.
    GONE,
    /// Another container has taken the place: what ran in the former is dead.
    RESTARTED,
    /// It is there, but not ready for sessions: ask again.
    NOT_RUNNING,
    /// It answers, but never with a session until somebody mends it.
    UNUSABLE
  }

  private final Reason reason;

  /// @param message for people: what is wrong, and with what
  public SessionRefusedException(Reason reason, String message) {
    this(reason, message, null);
  }

  public SessionRefusedException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /// What is to be done about it.
  public Reason reason() {
    return reason;
  }
}
