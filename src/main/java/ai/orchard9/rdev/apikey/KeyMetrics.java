package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import io.dropwizard.lifecycle.Managed;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import org.jdbi.v3.core.Jdbi;

/// How many keys are about to end. Counted now and then, not when somebody asks: metrics are there
/// when the database is not.
final class KeyMetrics implements Managed {
  /// Of keys that were made for less, the end is no surprise.
  static final Duration LONG_LIVED = Duration.ofDays(14);

  private static final Duration ROUND = Duration.ofSeconds(30);
  private static final int MOST_COUNTED = 1000;

  private final Jdbi jdbi;
  private final Gauge expiring;
  private final Poller poller;

  KeyMetrics(Jdbi jdbi, BackgroundMetrics background, PrometheusRegistry registry) {
    this.jdbi = jdbi;
    this.expiring =
        Gauge.builder()
            .name("rdev_api_keys_expiring")
            .help(
                "Keys made for more than 14 days that end within 7 and that no other has replaced,"
                    + " of all servers; up to 30 s old, counted up to 1000")
            .register(registry);
    this.poller = new Poller("key-metrics", ROUND, background, this::count);
  }

  @Override
  public void start() {
    poller.start();
  }

  @Override
  public void stop() throws InterruptedException {
    poller.stop();
  }

  void count() {
    int count =
        jdbi.withExtension(
            ApiKeyDao.class,
            dao ->
                dao.countEnding(
                    ApiKey.ENDS_SOON.toSeconds(), LONG_LIVED.toSeconds(), MOST_COUNTED));
    expiring.set(count);
  }
}
