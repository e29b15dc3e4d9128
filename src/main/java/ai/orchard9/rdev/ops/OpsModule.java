package ai.orchard9.rdev.ops;

import ai.orchard9.rdev.ops.docs.DocsModule;
import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.instrumentation.dropwizard.DropwizardExports;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;

/// Wires the room.
public final class OpsModule {

  private OpsModule() {}

  /// Serves `/health`, `/ready`, `/metrics`, `/openapi.json` and `/docs`; on the admin port
  /// `/healthcheck` says what `/ready` does.
  ///
  /// @param checks what readiness asks, by the names shown
  public static Readiness install(
      Environment environment, PrometheusRegistry registry, Map<String, ReadyCheck> checks) {
    JvmMetrics.builder().register(registry);
    DropwizardExports.builder().dropwizardRegistry(environment.metrics()).register(registry);
    var readiness = new Readiness(checks);
    environment.jersey().register(new HealthResource());
    environment.jersey().register(new ReadyResource(readiness));
    environment.jersey().register(new MetricsResource(registry));
    environment.healthChecks().register("ready", new ReadinessHealthCheck(readiness));
    DocsModule.install(environment);
    return readiness;
  }
}
