package ai.orchard9.rdev.command.history;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/// The table of minutes. Time is the database's, for the commands' times are.
interface HistoryDao {

  @SqlQuery("SELECT pg_try_advisory_xact_lock(:lock)")
  boolean tryLock(long lock);

  /// The newest minute without a row, of those that ended at least `margin` ago and are not further
  /// back than `reach`. Asked so, and not by NOT EXISTS, which would read the week to compare it.
  @SqlQuery(
      """
      WITH newest AS MATERIALIZED (
        SELECT date_bin('1 minute', clock_timestamp() - :marginSeconds * interval '1 second',
          'epoch') - interval '1 minute' AS minute
      )
      SELECT due.minute, due.minute = newest.minute AS is_newest
      FROM newest, generate_series(newest.minute - (:reach - 1) * interval '1 minute',
        newest.minute, '1 minute') AS due (minute)
      WHERE (SELECT known.minute FROM command_minutes known WHERE known.minute = due.minute) IS NULL
      ORDER BY due.minute DESC LIMIT 1
      """)
  @RegisterConstructorMapper(Due.class)
  Optional<Due> due(int marginSeconds, int reach);

  /// The id of the first event at or after a moment, found by halving: ids rise with times, but for
  /// what two sessions do at the same instant. Beyond all ids if there is none.
  @SqlQuery(
      """
      WITH RECURSIVE halving AS (
        SELECT min(id) AS low, max(id) + 1 AS high FROM project_events
        UNION ALL
        SELECT CASE WHEN found.at < :moment THEN found.id + 1 ELSE low END,
          CASE WHEN found.at < :moment THEN high ELSE middle END
        FROM (SELECT low, high, (low + high) / 2 AS middle FROM halving WHERE low < high) AS half
        CROSS JOIN LATERAL (
          SELECT id, at FROM project_events WHERE id >= middle ORDER BY id LIMIT 1) AS found
      )
      SELECT coalesce(max(low), 0) FROM halving
      """)
  long firstEventSince(Instant moment);

  /// Counts a minute and writes it down, unless it is there.
  ///
  /// Its commands are those that events of these ids speak of; whether and when they started and
  /// ended is what their own rows say.
  @SqlUpdate(
      """
      WITH spoken_of AS MATERIALIZED (
        SELECT status, started_at >= :minute AND started_at < next.minute AS started_in_it,
          finished_at >= :minute AND finished_at < next.minute AS ended_in_it,
          greatest(0, floor(extract(epoch FROM started_at - created_at) * 1000))::bigint
            AS queue_ms,
          CASE WHEN started_at IS NOT NULL THEN
            greatest(0, floor(extract(epoch FROM finished_at - started_at) * 1000))::bigint
          END AS run_ms
        FROM (SELECT :minute::timestamptz + interval '1 minute' AS minute) AS next, commands
        WHERE id = ANY(ARRAY(
          SELECT command_id FROM project_events
          WHERE id >= :firstEvent AND id < :endEvent AND status <> 'pending'))
      ), counted AS (
        SELECT count(*) FILTER (WHERE ended_in_it AND status = 'completed') AS completed,
          count(*) FILTER (WHERE ended_in_it AND status = 'failed') AS failed,
          count(*) FILTER (WHERE ended_in_it AND status = 'cancelled') AS cancelled,
          percentile_disc('{0.5, 0.95}'::double precision[]) WITHIN GROUP (ORDER BY queue_ms)
            FILTER (WHERE started_in_it) AS queue,
          percentile_disc('{0.5, 0.95}'::double precision[]) WITHIN GROUP (ORDER BY run_ms)
            FILTER (WHERE ended_in_it) AS run
        FROM spoken_of
      )
      INSERT INTO command_minutes (minute, completed, failed, cancelled, queue_p50_ms, queue_p95_ms,
        run_p50_ms, run_p95_ms, pending, running)
      SELECT :minute, completed, failed, cancelled, queue[1], queue[2], run[1], run[2],
        CASE WHEN :now THEN (SELECT count(*) FROM pending_commands) END,
        CASE WHEN :now THEN (SELECT count(*) FROM slots WHERE command_id IS NOT NULL) END
      FROM counted
      ON CONFLICT DO NOTHING
      """)
  void record(Instant minute, long firstEvent, long endEvent, boolean now);

  @SqlUpdate(
      """
      DELETE FROM command_minutes
      WHERE minute < (SELECT clock_timestamp() - :keptSeconds * interval '1 second')
      """)
  int purge(long keptSeconds);

  @SqlQuery(
      """
      SELECT minute, completed, failed, cancelled, queue_p50_ms, queue_p95_ms, run_p50_ms,
        run_p95_ms, pending, running
      FROM command_minutes WHERE minute >= :since ORDER BY minute
      """)
  @RegisterConstructorMapper(Minute.class)
  List<Minute> since(Instant since);

  /// A minute to be counted. Public only because JDBI reads it by reflection.
  record Due(Instant minute, boolean isNewest) {}
}
