package ai.orchard9.rdev.audit;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One row on the wire.
record AuditResponse(
    long id,
    Instant at,
    String action,
    Who actor,
    @Nullable String clientIp,
    @Nullable String requestId,
    @Nullable String project,
    @Nullable String target,
    String outcome,
    @JsonRawValue String detail,
    @Nullable String previousHash,
    @Nullable String hash) {

  record Who(@Nullable UUID keyId, String keyName, String kind) {}

  static AuditResponse of(AuditRow row) {
    return new AuditResponse(
        row.id(),
        row.at(),
        row.action(),
        new Who(row.actorKeyId(), row.actorKeyName(), row.actorKind()),
        row.clientIp(),
        row.requestId(),
        row.project(),
        row.target(),
        row.outcome(),
        row.detail(),
        row.previousHash(),
        row.hash());
  }
}
