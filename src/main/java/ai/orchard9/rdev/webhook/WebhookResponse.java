package ai.orchard9.rdev.webhook;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A webhook as clients are shown it.
record WebhookResponse(
    UUID id,
    String url,
    List<String> events,
    @Nullable List<String> projectIds,
    @Nullable String description,
    boolean enabled,
    @Nullable String disabledReason,
    @Nullable Instant disabledAt,
    @Nullable Instant failingSince,
    long lastSequence,
    @Nullable Instant previousSecretExpiresAt,
    Instant createdAt,
    String createdBy,
    Instant updatedAt) {

  /// The same with the secret in plain, once.
  record Created(@JsonUnwrapped WebhookResponse shown, String secret) {
    static Created of(WebhookService.Made made) {
      return new Created(WebhookResponse.of(made.webhook()), made.secret());
    }
  }

  /// A new secret in plain, once.
  ///
  /// @param previousSecretExpiresAt until when the one before signs, too
  record Rotated(String secret, @Nullable Instant previousSecretExpiresAt) {
    static Rotated of(WebhookService.Made made) {
      return new Rotated(made.secret(), made.webhook().secretExpiresAt());
    }
  }

  static WebhookResponse of(Webhook webhook) {
    return new WebhookResponse(
        webhook.id(),
        webhook.url(),
        webhook.events(),
        webhook.projectIds(),
        webhook.description(),
        webhook.enabled(),
        webhook.disabledReason(),
        webhook.disabledAt(),
        webhook.failingSince(),
        webhook.lastSequence(),
        webhook.secretExpiresAt(),
        webhook.createdAt(),
        webhook.createdBy(),
        webhook.updatedAt());
  }
}
