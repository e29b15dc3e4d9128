package ai.orchard9.rdev.webhook;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;

/// What is counted of deliveries.
final class WebhookMetrics {
  private final Counter deliveries;
  private final Counter refused;
  private final Counter disabled;
  private final Gauge inFlight;
  private final Gauge backlog;

  WebhookMetrics(PrometheusRegistry registry) {
    deliveries =
        Counter.builder()
            .name("rdev_webhook_deliveries_total")
            .help("Attempts to deliver a webhook's event, by what became of the delivery")
            .labelNames("outcome")
            .register(registry);
    for (var outcome : List.of(Outcome.DELIVERED, Outcome.RETRYING, Outcome.FAILED)) {
      deliveries.initLabelValues(outcome.wire());
    }
    refused =
        Counter.builder()
            .name("rdev_webhook_targets_refused_total")
            .help("Targets of webhooks that may not be sent to, when asked for and when connecting")
            .labelNames("at")
            .register(registry);
    refused.initLabelValues("request");
    refused.initLabelValues("connect");
    disabled =
        Counter.builder()
            .name("rdev_webhooks_disabled_total")
            .help("Webhooks that this server disabled, because of what their receivers did")
            .labelNames("reason")
            .register(registry);
    disabled.initLabelValues("failing");
    disabled.initLabelValues("gone");
    inFlight =
        Gauge.builder()
            .name("rdev_webhook_deliveries_in_flight")
            .help("Deliveries that this server is sending")
            .register(registry);
    backlog =
        Gauge.builder()
            .name("rdev_webhook_deliveries_pending")
            .help("Deliveries that are not over, of all servers; up to 5 s old")
            .register(registry);
  }

  void ended(Outcome outcome) {
    deliveries.labelValues(outcome.wire()).inc();
  }

  void refusedAtRequest() {
    refused.labelValues("request").inc();
  }

  void refusedAtConnect() {
    refused.labelValues("connect").inc();
  }

  /// A webhook was disabled.
  ///
  /// @param reason `failing` or `gone`
  void disabled(String reason) {
    disabled.labelValues(reason).inc();
  }

  void inFlight(int count) {
    inFlight.set(count);
  }

  void backlog(long count) {
    backlog.set((double) count);
  }
}
