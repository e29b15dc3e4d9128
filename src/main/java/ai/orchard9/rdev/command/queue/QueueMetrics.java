package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import ai.orchard9.rdev.command.model.Priority;
import io.dropwizard.lifecycle.Managed;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;

/// How long the queue is, of all servers together. Counted now and then, not when somebody asks:
/// metrics are there when the database is not.
final class QueueMetrics implements Managed {
  private static final Duration ROUND = Duration.ofSeconds(5);

  private final Overview overview;
  private final Gauge depth;
  private final Gauge oldest;
  private final Poller poller;

  QueueMetrics(Overview overview, BackgroundMetrics background, PrometheusRegistry registry) {
    this.overview = overview;
    this.depth =
        Gauge.builder()
            .name("rdev_queue_depth")
            .help("Commands that wait, of all servers; up to 5 s old")
            .labelNames("priority")
            .register(registry);
    for (var priority : Priority.values()) {
      depth.initLabelValues(priority.wire());
    }
    this.oldest =
        Gauge.builder()
            .name("rdev_queue_oldest_seconds")
            .help("How long the command has waited that waits longest, 0 for none; up to 5 s old")
            .register(registry);
    this.poller = new Poller("queue-metrics", ROUND, background, this::count);
  }

  @Override
  public void start() {
    poller.start();
  }

  @Override
  public void stop() throws InterruptedException {
    poller.stop();
  }

  private void count() {
    var picture = overview.picture(List.of(), _ -> true);
    picture.pending().forEach((priority, count) -> depth.labelValues(priority.wire()).set(count));
    oldest.set((double) picture.oldestPendingSeconds());
  }
}
