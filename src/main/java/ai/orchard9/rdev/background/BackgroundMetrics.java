package ai.orchard9.rdev.background;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/// Counts what goes wrong where no caller sees it: `rdev_background_failures_total{loop}`. One per
/// registry.
public final class BackgroundMetrics {

  private final Counter failures;

  public BackgroundMetrics(PrometheusRegistry registry) {
    failures =
        Counter.builder()
            .name("rdev_background_failures_total")
            .help("Rounds of background loops that ended in an exception")
            .labelNames("loop")
            .register(registry);
  }

  /// Makes the loop's value known at 0.
  public void expect(String loop) {
    failures.initLabelValues(loop);
  }

  /// Counts one failure of the loop. Bounded names only.
  public void failed(String loop) {
    failures.labelValues(loop).inc();
  }
}
