package ai.orchard9.rdev.project;

import ai.orchard9.rdev.runtime.Runtime;
import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Supplier;

/// Wires the room.
public final class ProjectModule {
  private ProjectModule() {}

  /// Serves `/projects` and returns the catalog that others ask.
  public static ProjectCatalog install(
      Environment environment,
      Runtime runtime,
      Supplier<Duration> maximumAge,
      InstantSource clock,
      PrometheusRegistry registry) {
    var metrics = new CatalogMetrics(registry);
    var catalog = new ProjectCatalog(runtime, maximumAge, clock, metrics);
    metrics.stale(catalog::staleSeconds);
    environment.jersey().register(new ProjectResource(catalog));
    return catalog;
  }
}
