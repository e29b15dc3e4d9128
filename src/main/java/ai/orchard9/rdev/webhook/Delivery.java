package ai.orchard9.rdev.webhook;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An event on its way to one webhook.
///
/// @param id of the event, too: the receiver sees it as `webhook-id`
/// @param status see [Status]
/// @param nextAttemptAt null while it is being sent and when it is over
/// @param payload the body, as it is sent
/// @param createdAt when it was last to be sent
public record Delivery(
    UUID id,
    UUID webhookId,
    long sequence,
    String event,
    String status,
    @Nullable Instant nextAttemptAt,
    String payload,
    Instant createdAt,
    @Nullable Instant deliveredAt,
    @Nullable Instant failedAt) {

  /// Where a delivery stands.
  public enum Status {
    PENDING,
    DELIVERING,
    DELIVERED,
    RETRYING,
    FAILED;

    /// As in JSON and in queries.
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
