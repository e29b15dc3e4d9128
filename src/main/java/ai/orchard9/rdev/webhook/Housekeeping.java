package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends what nobody is to get any more, counts what waits, seals secrets with the newest key, and
/// deletes what is old: a few rows at a time, so that nobody waits for it. Two servers at once take
/// different rows.
final class Housekeeping implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final Duration ROUND = Duration.ofSeconds(1);
  private static final Duration COUNT_ROUND = Duration.ofSeconds(5);
  private static final Duration PURGE_ROUND = Duration.ofMinutes(10);
  private static final int AT_ONCE = 500;

  private final Jdbi jdbi;
  private final Duration retention;
  private final List<Poller> pollers;

  /// @param retention how long events, their deliveries and attempts are kept
  Housekeeping(
      Jdbi jdbi,
      Resealing resealing,
      Duration retention,
      BackgroundMetrics background,
      WebhookMetrics metrics) {
    this.jdbi = jdbi;
    this.retention = retention;
    this.pollers =
        List.of(
            new Poller("webhook-unwanted", ROUND, background, this::endUnwanted),
            new Poller(
                "webhook-metrics",
                COUNT_ROUND,
                background,
                () -> metrics.backlog(jdbi.withExtension(ClaimDao.class, ClaimDao::backlog))),
            new Poller("webhook-secrets", PURGE_ROUND, background, resealing::run),
            new Poller("webhook-retention", PURGE_ROUND, background, this::purge));
  }

  @Override
  public void start() {
    pollers.forEach(Poller::start);
  }

  @Override
  public void stop() throws InterruptedException {
    for (var poller : pollers) {
      poller.stop();
    }
  }

  /// Gives up what stands in the queue for webhooks that were disabled or deleted.
  void endUnwanted() {
    int ended;
    do {
      ended = jdbi.withExtension(ClaimDao.class, dao -> dao.endUnwanted(AT_ONCE));
    } while (ended == AT_ONCE);
  }

  /// Deletes what has been kept for long enough.
  void purge() {
    var total = 0;
    int deleted;
    do {
      deleted =
          jdbi.withExtension(
              RetentionDao.class, dao -> dao.purgeEvents(retention.toSeconds(), AT_ONCE));
      total += deleted;
    } while (deleted == AT_ONCE);
    jdbi.useExtension(RetentionDao.class, RetentionDao::purgeSecrets);
    jdbi.useExtension(RetentionDao.class, dao -> dao.purgeWebhooks(retention.toSeconds(), AT_ONCE));
    if (total > 0) {
      LOG.atInfo().addKeyValue("events", total).log("old webhook events purged");
    }
  }
}
