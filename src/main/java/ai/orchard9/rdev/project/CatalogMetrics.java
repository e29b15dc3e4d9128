package ai.orchard9.rdev.project;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/// What the catalog says of itself.
final class CatalogMetrics {
  private final Counter reads;
  private final Gauge projects;

  CatalogMetrics(PrometheusRegistry registry) {
    reads =
        Counter.builder()
            .name("rdev_project_cache_total")
            .help("Reads of the list of projects: from the cache, after asking, or out of date")
            .labelNames("outcome")
            .register(registry);
    for (String outcome : new String[] {"hit", "miss", "stale"}) {
      reads.initLabelValues(outcome);
    }
    projects = Gauge.builder().name("rdev_projects").help("Projects known now").register(registry);
  }

  void hit() {
    reads.labelValues("hit").inc();
  }

  void miss() {
    reads.labelValues("miss").inc();
  }

  void stale() {
    reads.labelValues("stale").inc();
  }

  void projects(int count) {
    projects.set(count);
  }
}
