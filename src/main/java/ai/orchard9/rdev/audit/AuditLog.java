package ai.orchard9.rdev.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Takes down what was done. An entry is written in the transaction of what it tells, so that
/// neither is there without the other; within two seconds it is sealed. Any thread may call.
public final class AuditLog {

  /// Begins the part of a statement that takes down the rows `changed`; a SELECT of these columns
  /// follows, then [#RECORDED].
  public static final String RECORD =
      """
      , audited AS (
        INSERT INTO audit_log (actor_key_id, actor_key_name, actor_kind, client_ip, request_id, project,
          action, target, outcome, detail)
      """;

  /// Ends what [#RECORD] began.
  public static final String RECORDED =
      """
       RETURNING id
      ), audit_queued AS (INSERT INTO audit_unsealed (audit_id) SELECT id FROM audited)
      """;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Jdbi jdbi;

  AuditLog(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// Takes it down in the given transaction.
  public void append(Handle transaction, AuditEntry entry) {
    var request = entry.request();
    transaction
        .attach(AuditDao.class)
        .insert(
            entry.actor().keyId(),
            entry.actor().keyName(),
            entry.actor().kind().wire(),
            request == null ? null : request.clientAddress(),
            request == null ? null : request.requestId(),
            entry.project(),
            entry.action(),
            entry.target(),
            entry.outcome().wire(),
            JSON.valueToTree(entry.detail()).toString());
  }

  /// Takes down what has no transaction of its own.
  public void append(AuditEntry entry) {
    jdbi.useTransaction(transaction -> append(transaction, entry));
  }
}
