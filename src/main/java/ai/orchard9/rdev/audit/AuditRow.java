package ai.orchard9.rdev.audit;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One row of the record.
///
/// @param at to the microsecond
/// @param detail the JSON object as it was written
/// @param previousHash that of the row sealed before; null until it is sealed
/// @param hash its seal, hex; null until it is sealed
public record AuditRow(
    long id,
    Instant at,
    @Nullable UUID actorKeyId,
    String actorKeyName,
    String actorKind,
    @Nullable String clientIp,
    @Nullable String requestId,
    @Nullable String project,
    String action,
    @Nullable String target,
    String outcome,
    String detail,
    @Nullable String previousHash,
    @Nullable String hash) {}
