package ai.orchard9.rdev.webhook;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One time that something was sent, or was to be.
///
/// @param eventId of the event, and of its delivery
/// @param statusCode what the receiver answered; null: nothing
/// @param error why it was no success; null: it was one
public record RecordedAttempt(
    UUID eventId,
    Instant at,
    int durationMs,
    @Nullable Integer statusCode,
    @Nullable String error) {}
