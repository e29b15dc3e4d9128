package ai.orchard9.rdev.audit;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.config.Secret;
import ai.orchard9.rdev.http.Refusal;
import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/// Wires the room.
///
/// @param log the record that other rooms write to
/// @param service for those who show it
/// @param sinceSealing how long ago it was this server that sealed; empty when it never was
public record AuditModule(
    AuditLog log, AuditService service, Supplier<Optional<Duration>> sinceSealing) {

  /// Serves `/audit`, and seals what is written.
  ///
  /// @param requests a pool whose waits are as short as a request's
  /// @param background a pool for what takes its time
  /// @param sealingKey who does not know it cannot make seals (`AUDIT_HMAC_KEY`)
  public static AuditModule install(
      Environment environment,
      Jdbi requests,
      Jdbi background,
      Optional<Secret<String>> sealingKey,
      BackgroundMetrics metrics,
      PrometheusRegistry registry) {
    var chain = new Chain(sealingKey);
    var sealer = new Sealer(background, chain, metrics, registry);
    environment.lifecycle().manage(sealer);
    environment
        .lifecycle()
        .manage(new ChainRounds(new Verification(background, chain), metrics, registry));
    var service = new AuditService(requests, background, chain, environment.getObjectMapper());
    environment.jersey().register(new AuditResource(service));
    return new AuditModule(new AuditLog(requests), service, sealer::sinceSealing);
  }

  /// The record, for those who only write to it.
  public static AuditLog log(Jdbi jdbi) {
    return new AuditLog(jdbi);
  }

  /// Who takes down the requests that the guards turn away.
  public static Refusal.Observer refusals(AuditLog audit, PrometheusRegistry registry) {
    return new RefusedRequests(audit, registry);
  }
}
