package ai.orchard9.rdev.runtime;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.function.Supplier;

/// `rdev_circuit_breaker_state`, which is there whatever the runtime, so that alerts on it hold.
public final class BreakerGauge {
  private static final List<String> STATES = List.of("closed", "half_open", "open");

  private BreakerGauge() {}

  /// Registers it.
  ///
  /// @param state `closed`, `half_open` or `open`, now
  public static void register(PrometheusRegistry registry, Supplier<String> state) {
    GaugeWithCallback.builder()
        .name("rdev_circuit_breaker_state")
        .help("1 for the state that the circuit breaker round the cluster is in")
        .labelNames("name", "state")
        .callback(
            callback -> {
              var now = state.get();
              STATES.forEach(it -> callback.call(it.equals(now) ? 1 : 0, "cluster", it));
            })
        .register(registry);
  }
}
