package ai.orchard9.rdev.command.history;

import java.time.Duration;
import java.time.Instant;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Commands that ran at given times, and what was told of them, a moment later: the ids of all that
/// was told rise with its times, whatever is made first.
final class PastCommands {
  /// Between what happened and when it was told.
  private static final Duration TOLD_AFTER = Duration.ofMillis(3);

  private final Jdbi jdbi;
  private int count;

  PastCommands(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// A moment long enough ago to be over, at the begin of a minute of the database.
  Instant minute(int minutesAgo) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT date_bin('1 minute', clock_timestamp() - interval '5 s', 'epoch')
                      - :ago * interval '1 minute'
                    """)
                .bind("ago", minutesAgo)
                .mapTo(Instant.class)
                .one());
  }

  /// One that ran from then to then; null: not at all.
  void ended(String status, @Nullable Instant started, Instant ended) {
    jdbi.useTransaction(tx -> ended(tx, status, started, ended, TOLD_AFTER));
  }

  void ended(
      Handle tx, String status, @Nullable Instant started, Instant ended, Duration toldAfter) {
    var id = "cmd-" + ++count;
    tx.createUpdate(
            """
            INSERT INTO commands (id, project, type, status, priority, metadata, request,
              timeout_seconds, key_name, request_id, created_at, started_at, finished_at,
              error_code, kill_reason)
            VALUES (:id, 'web', 'shell', :status, 'normal', '{}', '{}', 60, 'k', 'r',
              coalesce(:started::timestamptz, :ended) - interval '250 milliseconds', :started,
              :ended, CASE :status WHEN 'failed' THEN 'EXIT' END,
              CASE :status WHEN 'cancelled' THEN 'cancel' END)
            """)
        .bind("id", id)
        .bind("status", status)
        .bind("started", started)
        .bind("ended", ended)
        .execute();
    tx.createUpdate(
            """
            WITH known AS (DELETE FROM project_events RETURNING *)
            INSERT INTO project_events (project, command_id, type, status, at)
            SELECT project, command_id, type, status, at FROM known
            UNION ALL
            SELECT 'web', :id, 'shell', status, told_of + :after
            FROM (VALUES ('running', :started::timestamptz), (:status, :ended))
              AS new (status, told_of)
            WHERE told_of IS NOT NULL
            ORDER BY at
            """)
        .bind("id", id)
        .bind("status", status)
        .bind("started", started)
        .bind("ended", ended)
        .bind("after", toldAfter)
        .execute();
  }
}
