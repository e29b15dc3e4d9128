package ai.orchard9.rdev.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A delivery as clients are shown it. What the receiver answered beside its status is never kept.
record DeliveryResponse(
    UUID id,
    UUID webhookId,
    String event,
    long sequence,
    String status,
    List<AttemptResponse> attempts,
    @Nullable Instant nextAttemptAt,
    JsonNode payload,
    Instant createdAt,
    @Nullable Instant deliveredAt,
    @Nullable Instant failedAt) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// One attempt.
  record AttemptResponse(
      Instant at, int durationMs, @Nullable Integer statusCode, @Nullable String error) {}

  static DeliveryResponse of(DeliveryService.Shown shown) {
    var delivery = shown.delivery();
    return new DeliveryResponse(
        delivery.id(),
        delivery.webhookId(),
        delivery.event(),
        delivery.sequence(),
        delivery.status(),
        shown.attempts().stream()
            .map(it -> new AttemptResponse(it.at(), it.durationMs(), it.statusCode(), it.error()))
            .toList(),
        delivery.nextAttemptAt(),
        tree(delivery.payload()),
        delivery.createdAt(),
        delivery.deliveredAt(),
        delivery.failedAt());
  }

  static JsonNode tree(String payload) {
    try {
      return JSON.readTree(payload);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("unreadable JSON in the table", e);
    }
  }
}
