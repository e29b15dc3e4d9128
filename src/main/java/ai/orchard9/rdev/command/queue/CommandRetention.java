package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes the records of commands that ended long ago, and idempotency keys that have run out: a
/// few rows at a time, so that nobody waits for it.
public final class CommandRetention implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(CommandRetention.class);
  private static final Duration ROUND = Duration.ofMinutes(10);

  /// How long an idempotency key counts (contract section 5).
  private static final Duration IDEMPOTENCY = Duration.ofHours(24);

  private static final int AT_ONCE = 500;

  private final Jdbi jdbi;
  private final Duration retention;
  private final Poller poller;

  /// @param retention how long after its end a command's record is kept
  public CommandRetention(Jdbi jdbi, Duration retention, BackgroundMetrics background) {
    this.jdbi = jdbi;
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
        all(
            retention,
            """
            DELETE FROM commands WHERE id = ANY(ARRAY(
              SELECT id FROM commands
              WHERE created_at < clock_timestamp() - :keptSeconds * interval '1 second'
                AND finished_at < clock_timestamp() - :keptSeconds * interval '1 second'
              ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED))
            """);
    all(
        IDEMPOTENCY,
        """
        DELETE FROM idempotency_keys WHERE (owner, idempotency_key) IN (
          SELECT owner, idempotency_key FROM idempotency_keys
          WHERE created_at < clock_timestamp() - :keptSeconds * interval '1 second'
          ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED)
        """);
    if (commands > 0) {
      LOG.atInfo().addKeyValue("commands", commands).log("old commands purged");
    }
  }

  private int all(Duration kept, String delete) {
    var total = 0;
    int deleted;
    do {
      deleted =
          jdbi.withHandle(
              handle ->
                  handle
                      .createUpdate(delete)
                      .bind("keptSeconds", kept.toSeconds())
                      .bind("limit", AT_ONCE)
                      .execute());
      total += deleted;
    } while (deleted == AT_ONCE);
    return total;
  }
}
