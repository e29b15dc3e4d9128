package ai.orchard9.rdev.command.output;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps one partition of output per UTC day: makes them ahead of time and drops them whole, so
/// that getting rid of output costs nothing per row.
///
/// A day is kept while a command created on it, or before, is not finished. Every lock is given up
/// after two seconds, so that nobody waits behind it for long; the next round tries again. One
/// server at a time does the work.
public final class OutputRetention implements Managed {

  private static final Logger LOG = LoggerFactory.getLogger(OutputRetention.class);
  private static final Duration ROUND = Duration.ofHours(1);
  private static final int DAYS_AHEAD = 7;
  private static final long LOCK = 0x72646576_70617274L;
  private static final String PREFIX = "output_chunks_";
  private static final DateTimeFormatter SUFFIX = DateTimeFormatter.BASIC_ISO_DATE;

  private final Jdbi jdbi;
  private final Duration retention;
  private final Poller poller;

  /// @param retention how long output is kept, counted in whole days, at least one
  public OutputRetention(Jdbi jdbi, Duration retention, BackgroundMetrics background) {
    this.jdbi = jdbi;
    this.retention = retention;
    this.poller = new Poller("output-retention", ROUND, background, this::tick);
  }

  @Override
  public void start() {
    poller.start();
  }

  @Override
  public void stop() throws InterruptedException {
    poller.stop();
  }

  /// One round: makes what is missing from today on, drops what is too old.
  void tick() {
    LocalDate today = inOrder(OutputRetention::today);
    for (int ahead = 0; ahead <= DAYS_AHEAD; ahead++) {
      LocalDate day = today.plusDays(ahead);
      inOrder(tx -> make(tx, day));
    }
    LocalDate oldest = today.minusDays(Math.max(1, retention.toDays()));
    for (LocalDate day : inOrder(OutputRetention::days)) {
      if (day.isBefore(oldest)) {
        inOrder(tx -> drop(tx, day));
      }
    }
    inOrder(tx -> purgeDefault(tx, oldest));
  }

  private <T> T inOrder(Work<T> work) {
    return jdbi.inTransaction(
        tx -> {
          tx.execute("SET LOCAL lock_timeout = '2s'");
          tx.execute("SELECT pg_advisory_xact_lock(?)", LOCK);
          return work.in(tx);
        });
  }

  private interface Work<T> {
    T in(Handle transaction);
  }

  private static LocalDate today(Handle tx) {
    return tx.createQuery("SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date")
        .mapTo(LocalDate.class)
        .one();
  }

  private static List<LocalDate> days(Handle tx) {
    return tx.createQuery(
            """
            SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'output_chunks'::regclass AND c.relname ~ '^output_chunks_[0-9]{8}$'
            ORDER BY 1
            """)
        .mapTo(String.class)
        .map(name -> LocalDate.parse(name.substring(PREFIX.length()), SUFFIX))
        .list();
  }

  private static boolean make(Handle tx, LocalDate day) {
    if (days(tx).contains(day)) {
      return false;
    }
    String table = table(day);
    // Rows that came before their partition lie in the default one and move first; the lock keeps
    // others from adding more of them meanwhile.
    tx.execute("LOCK TABLE output_chunks_default IN ACCESS EXCLUSIVE MODE");
    tx.execute("CREATE TABLE " + table + " (LIKE output_chunks INCLUDING ALL)");
    tx.execute(
        """
        WITH moved AS (DELETE FROM output_chunks_default WHERE day = ? RETURNING *)
        INSERT INTO %s SELECT * FROM moved
        """
            .formatted(table),
        day);
    tx.execute(
        "ALTER TABLE output_chunks ATTACH PARTITION %s FOR VALUES FROM ('%s') TO ('%s')"
            .formatted(table, day, day.plusDays(1)));
    return true;
  }

  private static boolean drop(Handle tx, LocalDate day) {
    if (isNeeded(tx, day)) {
      return false;
    }
    tx.execute("DROP TABLE IF EXISTS " + table(day));
    LOG.atInfo().addKeyValue("day", day).log("output purged");
    return true;
  }

  private static int purgeDefault(Handle tx, LocalDate oldest) {
    return tx.createUpdate(
            """
            DELETE FROM output_chunks_default d
            WHERE day < :oldest AND NOT EXISTS (
              SELECT FROM commands c
              WHERE c.id = d.command_id AND c.status IN ('pending', 'running'))
            """)
        .bind("oldest", oldest)
        .execute();
  }

  /// Whether a command of that day may still print.
  private static boolean isNeeded(Handle tx, LocalDate day) {
    return tx.createQuery(
            """
            SELECT EXISTS (
              SELECT FROM pending_commands
              WHERE created_at < (CAST(:day AS date) + 1)::timestamp AT TIME ZONE 'UTC')
            OR EXISTS (
              SELECT FROM slots s JOIN commands c ON c.id = s.command_id
              WHERE s.command_id IS NOT NULL
                AND c.created_at < (CAST(:day AS date) + 1)::timestamp AT TIME ZONE 'UTC')
            """)
        .bind("day", day)
        .mapTo(Boolean.class)
        .one();
  }

  private static String table(LocalDate day) {
    return PREFIX + day.format(SUFFIX);
  }
}
