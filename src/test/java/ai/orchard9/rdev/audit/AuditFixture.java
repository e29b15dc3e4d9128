package ai.orchard9.rdev.audit;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.config.Secret;
import ai.orchard9.rdev.http.RequestContext;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/// A record with its sealer, and the hands of somebody who tampers with it as the owner of the
/// database.
final class AuditFixture {
  static final RequestContext REQUEST = new RequestContext("req-1", "192.0.2.7");

  final Jdbi jdbi;
  final AuditLog log;
  final Chain chain;
  final Sealer sealer;
  final PrometheusRegistry registry = new PrometheusRegistry();

  AuditFixture(Jdbi jdbi) {
    this(jdbi, Optional.empty());
  }

  AuditFixture(Jdbi jdbi, Optional<Secret<String>> key) {
    this.jdbi = jdbi;
    this.log = new AuditLog(jdbi);
    this.chain = new Chain(key);
    this.sealer = new Sealer(jdbi, chain, new BackgroundMetrics(registry), registry);
  }

  /// Empties the record, which only its owner can.
  void clear() {
    tamper("TRUNCATE audit_log, audit_seal, audit_unsealed RESTART IDENTITY");
  }

  /// Writes rows 1 to `count` and seals them.
  void sealed(int count) {
    for (int i = 1; i <= count; i++) {
      log.append(entry("row " + i));
    }
    sealer.sealAll();
  }

  /// Writes that many rows, quickly.
  void write(int count) {
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                WITH audited AS (
                  INSERT INTO audit_log (actor_key_name, actor_kind, request_id, client_ip, project,
                    action, target, outcome, detail)
                  SELECT 'somebody', 'system', 'req-' || n, '192.0.2.7', 'demo', 'command.finished',
                    'cmd-' || n, 'allowed', '{"type": "shell", "status": "completed"}'
                  FROM generate_series(1, ?) AS n RETURNING id)
                INSERT INTO audit_unsealed (audit_id) SELECT id FROM audited
                """,
                count));
  }

  static AuditEntry entry(String target) {
    return AuditEntry.allowed(
        Actor.OPERATOR, "task.run", REQUEST, target, Map.of("text", "quote \" and ü"));
  }

  Verification.Result verify() {
    return verify(Optional.empty());
  }

  Verification.Result verify(Optional<String> head) {
    return new Verification(jdbi, chain).verify(head);
  }

  /// What somebody can do who can switch triggers off.
  void tamper(String... statements) {
    jdbi.useTransaction(
        transaction -> {
          transaction.execute("SET LOCAL session_replication_role = replica");
          List.of(statements).forEach(transaction::execute);
        });
  }
}
