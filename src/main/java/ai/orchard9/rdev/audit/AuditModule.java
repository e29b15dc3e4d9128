package ai.orchard9.rdev.audit;

import ai.orchard9.rdev.http.Refusal;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.jdbi.v3.core.Jdbi;

/// Wires the room.
public final class AuditModule {
  private AuditModule() {}

  /// The record that other rooms write to.
  public static AuditLog log(Jdbi jdbi) {
    return new AuditLog(jdbi);
  }

  /// Who takes down the requests that the guards turn away.
  public static Refusal.Observer refusals(AuditLog audit, PrometheusRegistry registry) {
    return new RefusedRequests(audit, registry);
  }
}
