package ai.orchard9.rdev.audit;

import java.util.UUID;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/// Rows of `audit_log` and their seals.
interface AuditDao {
  @SqlUpdate(
      """
      WITH audited AS (
        INSERT INTO audit_log (actor_key_id, actor_key_name, actor_kind, client_ip, request_id, project,
          action, target, outcome, detail)
        VALUES (:keyId::uuid, :keyName, :kind, :clientIp, :requestId, :project, :action, :target,
          :outcome, :detail)
        RETURNING id)
      INSERT INTO audit_unsealed (audit_id) SELECT id FROM audited
      """)
  void insert(
      @Nullable UUID keyId,
      String keyName,
      String kind,
      @Nullable String clientIp,
      @Nullable String requestId,
      @Nullable String project,
      String action,
      @Nullable String target,
      String outcome,
      String detail);
}
