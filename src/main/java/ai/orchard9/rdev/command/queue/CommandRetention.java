package ai.orchard9.rdev.command.queue;

import static java.util.Comparator.naturalOrder;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import ai.orchard9.rdev.command.life.ProjectEvents;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes the records of commands that ended long ago, what their projects' followers were told of
/// them, and idempotency keys that have run out: a few rows at a time, so that nobody waits for it.
public final class CommandRetention implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(CommandRetention.class);
  private static final Duration ROUND = Duration.ofMinutes(10);

  /// How long an idempotency key counts (contract section 5).
  private static final Duration IDEMPOTENCY = Duration.ofHours(24);

  private static final int AT_ONCE = 500;

  private final Jdbi jdbi;
  private final ProjectEvents life;
  private final Duration retention;
  private final Poller poller;

  /// @param retention how long after its end a command's record is kept
  public CommandRetention(
      Jdbi jdbi, ProjectEvents life, Duration retention, BackgroundMetrics background) {
    this.jdbi = jdbi;
    this.life = life;
    this.retention = retention;
    this.poller = new Poller("command-retention", ROUND, background, this::tick);
  }

  @Override
  public void start() {
    poller.start();
  }

  @Override
  public void stop() throws InterruptedException {
    poller.stop();
  }

  /// One round. Two servers at once take different rows.
  void tick() {
    var commands =
        jdbi.withExtension(
            RetentionDao.class,
            dao -> all(from -> dao.purgeCommands(from, retention.toSeconds(), AT_ONCE)));
    var events = life.purge(retention);
    jdbi.useExtension(
        RetentionDao.class,
        dao -> all(from -> dao.purgeIdempotencyKeys(from, IDEMPOTENCY.toSeconds(), AT_ONCE)));
    if (commands + events > 0) {
      LOG.atInfo()
          .addKeyValue("commands", commands)
          .addKeyValue("events", events)
          .log("old commands purged");
    }
  }

  private static int all(Function<Instant, List<Instant>> batch) {
    var total = 0;
    var from = Instant.EPOCH;
    List<Instant> deleted;
    do {
      deleted = batch.apply(from);
      total += deleted.size();
      from = deleted.stream().max(naturalOrder()).orElse(from);
    } while (deleted.size() == AT_ONCE);
    return total;
  }
}
