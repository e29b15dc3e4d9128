package ai.orchard9.rdev.execution.spool;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.IntSupplier;

/// How often a session was there already when it was needed.
final class SessionMetrics {
  private final Counter taken;
  private final PrometheusRegistry registry;

  SessionMetrics(PrometheusRegistry registry) {
    this.registry = registry;
    taken =
        Counter.builder()
            .name("rdev_sessions_total")
            .help("Sessions of the spool by how they were come by: spare, opened, or not to be had")
            .labelNames("outcome")
            .register(registry);
    for (String outcome : new String[] {"spare", "opened", "failed"}) {
      taken.initLabelValues(outcome);
    }
  }

  void spares(IntSupplier count) {
    GaugeWithCallback.builder()
        .name("rdev_spare_sessions")
        .help("Sessions that wait for a command")
        .callback(callback -> callback.call(count.getAsInt()))
        .register(registry);
  }

  void spare() {
    taken.labelValues("spare").inc();
  }

  void opened() {
    taken.labelValues("opened").inc();
  }

  void failed() {
    taken.labelValues("failed").inc();
  }
}
