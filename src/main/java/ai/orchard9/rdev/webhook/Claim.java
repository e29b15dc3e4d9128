package ai.orchard9.rdev.webhook;

import java.util.UUID;

/// A delivery that this server has taken, for as long as the lease.
///
/// @param id of the event and its delivery
/// @param attempt how many attempts of this delivery have ended
/// @param token tells this claim from all others
/// @param requested whether somebody asked for it by hand
/// @param slow whether its receiver's newest attempt was slow
/// @param takenAt by `System.nanoTime`, not after the lease began
record Claim(
    UUID id,
    UUID webhookId,
    long sequence,
    int attempt,
    long token,
    boolean requested,
    boolean slow,
    long takenAt) {}
