package ai.orchard9.rdev.webhook.send;

import java.net.URI;
import java.time.Instant;
import java.util.List;

/// What a receiver gets.
///
/// @param url as [Targets#check] gave it
/// @param event its name, as `command.completed`; header `X-Rdev-Event`
/// @param id the same for every attempt, so that a receiver knows what it has had; header
///   `webhook-id`
/// @param timestamp of this attempt, to the second: verifiers refuse what is older than 5 min
/// @param body JSON; not copied, so leave it alone
/// @param secrets in plain, newest first; each signs
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record Message(
    URI url, String event, String id, Instant timestamp, byte[] body, List<String> secrets) {

  public Message {
    secrets = List.copyOf(secrets);
    if (secrets.isEmpty()) {
      throw new IllegalArgumentException("a message is signed by at least one secret");
    }
  }

  /// Without body and secrets.
  @Override
  public String toString() {
    return "Message[" + event + " " + id + "]";
  }
}
