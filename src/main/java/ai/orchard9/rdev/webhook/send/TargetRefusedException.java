package ai.orchard9.rdev.webhook.send;

/// A URL that nothing is sent to. The message is for the user, and one for all that names resolve
/// to: what is inside this network cannot be found out by asking.
@SuppressWarnings("serial") // Never serialized.
public final class TargetRefusedException extends Exception {

  TargetRefusedException(String message) {
    super(message);
  }

  /// What is wrong, as `must begin with http:// or https://`; never null.
  public String reason() {
    return String.valueOf(getMessage());
  }
}
