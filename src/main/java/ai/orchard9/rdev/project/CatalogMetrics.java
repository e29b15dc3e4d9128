package ai.orchard9.rdev.project;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.function.DoubleSupplier;

/// What the catalog says of itself.
final class CatalogMetrics {
  private static final List<String> OUTCOMES = List.of("hit", "miss", "stale", "failed");

  private final PrometheusRegistry registry;
  private final Counter reads;
  private final Counter failures;
  private final Gauge projects;

  CatalogMetrics(PrometheusRegistry registry) {
    this.registry = registry;
    reads =
        Counter.builder()
            .name("rdev_project_cache_total")
            .help(
                "Reads of the list of projects: from the cache (hit), after asking (miss), out of"
                    + " date for want of an answer (stale), or nothing to show (failed)")
            .labelNames("outcome")
            .register(registry);
    OUTCOMES.forEach(reads::initLabelValues);
    failures =
        Counter.builder()
            .name("rdev_project_list_failures_total")
            .help("Questions for the list of projects that the runtime did not answer")
            .register(registry);
    projects = Gauge.builder().name("rdev_projects").help("Projects known now").register(registry);
  }

  /// Once.
  ///
  /// @param seconds since the list was right, 0 while it is
  void stale(DoubleSupplier seconds) {
    GaugeWithCallback.builder()
        .name("rdev_project_list_stale_seconds")
        .help("How old the list of projects is that is served for want of a newer one, else 0")
        .callback(callback -> callback.call(seconds.getAsDouble()))
        .register(registry);
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

  /// A reader got nothing at all.
  void failed() {
    reads.labelValues("failed").inc();
  }

  /// A question got no answer, however many readers waited for it.
  void unanswered() {
    failures.inc();
  }

  void projects(int count) {
    projects.set(count);
  }
}
