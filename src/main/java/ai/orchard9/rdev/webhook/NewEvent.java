package ai.orchard9.rdev.webhook;

import java.time.Instant;
import java.util.UUID;

/// An event of a webhook, numbered.
///
/// @param sent whether it is to be delivered
record NewEvent(
    UUID webhookId,
    long sequence,
    UUID id,
    EventType type,
    Instant at,
    String payload,
    boolean sent) {}
