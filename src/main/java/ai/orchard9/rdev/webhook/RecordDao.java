package ai.orchard9.rdev.webhook;

import java.util.List;
import java.util.UUID;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/// Writes down how claims ended, and what that says of their webhooks.
interface RecordDao {
  /// Nothing but failures for so long: the webhook is disabled (contract section 8).
  int FAILING_HOURS = 24;

  /// Holds the webhooks of which these outcomes say something new: before anything else is locked.
  @SqlQuery(
      """
      SELECT id FROM webhooks
      WHERE id = ANY(:all) AND CASE
        WHEN id = ANY(:gone) THEN enabled
        WHEN id = ANY(:fine) THEN failing_since IS NOT NULL
        WHEN id = ANY(:failing) THEN failing_since IS NULL OR (enabled
          AND failing_since <= clock_timestamp() - :hours * interval '1 hour')
        ELSE false END
      ORDER BY id FOR NO KEY UPDATE
      """)
  List<UUID> lockChanging(UUID[] all, UUID[] fine, UUID[] failing, UUID[] gone, int hours);

  /// Takes attempts down, whoever holds the lease by now: they were made. What becomes of the
  /// delivery is only for who holds it; and nothing is tried again for a webhook that is disabled.
  @SqlQuery(
      """
      WITH told AS MATERIALIZED (
        SELECT * FROM unnest(:ids::uuid[], :tokens::bigint[], :outcomes::text[],
          :waitsMillis::bigint[], :agesMillis::bigint[], :durationsMillis::integer[],
          :statusCodes::integer[], :errors::text[])
          AS t (id, token, outcome, wait_ms, age_ms, duration_ms, status_code, error)
      ), attempts AS (
        INSERT INTO webhook_attempts (event_id, token, at, duration_ms, status_code, error)
        SELECT id, token, clock_timestamp() - age_ms * interval '1 millisecond', duration_ms,
          status_code, error
        FROM told WHERE duration_ms IS NOT NULL
        ON CONFLICT DO NOTHING
      ), mine AS MATERIALIZED (
        SELECT q.id, q.webhook_id, q.sequence, t.wait_ms,
          CASE WHEN t.outcome = 'retrying' AND NOT w.enabled THEN 'failed' ELSE t.outcome END
            AS outcome
        FROM told t JOIN webhook_queue q ON q.id = t.id AND q.token = t.token
        JOIN webhooks w ON w.id = q.webhook_id
        ORDER BY q.id FOR UPDATE OF q
      ), gone AS (
        DELETE FROM webhook_queue q USING mine
        WHERE q.id = mine.id AND mine.outcome IN ('delivered', 'failed')
      ), again AS (
        UPDATE webhook_queue q SET leased = false,
          attempt = q.attempt + CASE mine.outcome WHEN 'retrying' THEN 1 ELSE 0 END,
          due = clock_timestamp() + mine.wait_ms * interval '1 millisecond'
        FROM mine WHERE q.id = mine.id AND mine.outcome IN ('retrying', 'released')
      ), ended AS (
        UPDATE webhook_events e SET
          delivered_at = CASE mine.outcome WHEN 'delivered' THEN clock_timestamp() END,
          failed_at = CASE mine.outcome WHEN 'failed' THEN clock_timestamp() END
        FROM mine
        WHERE e.webhook_id = mine.webhook_id AND e.sequence = mine.sequence
          AND mine.outcome IN ('delivered', 'failed')
      )
      SELECT id, outcome FROM mine
      """)
  @RegisterConstructorMapper(Written.class)
  List<Written> record(@BindMethods VerdictColumns verdicts);

  @SqlUpdate("UPDATE webhooks SET failing_since = NULL WHERE id = ANY(:ids)")
  void recovered(UUID[] ids);

  @SqlUpdate(
      """
      UPDATE webhooks SET failing_since = clock_timestamp()
      WHERE id = ANY(:ids) AND failing_since IS NULL
      """)
  void failing(UUID[] ids);

  /// Disables webhooks whose receivers are gone, or have taken nothing for so long; returns those
  /// that were enabled.
  @SqlQuery(
      """
      UPDATE webhooks SET enabled = false, disabled_at = clock_timestamp(),
        disabled_reason = CASE WHEN id = ANY(:gone) THEN 'gone' ELSE 'failing' END
      WHERE id = ANY(:ids) AND enabled AND (id = ANY(:gone)
        OR failing_since <= clock_timestamp() - :hours * interval '1 hour')
      RETURNING id, disabled_reason AS reason
      """)
  @RegisterConstructorMapper(Disabled.class)
  List<Disabled> disable(UUID[] ids, UUID[] gone, int hours);

  /// Receivers that are quick again.
  @SqlUpdate(
      """
      WITH quick AS MATERIALIZED (
        SELECT webhook_id FROM webhook_lanes WHERE webhook_id = ANY(:ids) AND strikes > 0
        ORDER BY webhook_id FOR UPDATE
      )
      UPDATE webhook_lanes l SET strikes = 0, hold_until = '-infinity'
      FROM quick WHERE l.webhook_id = quick.webhook_id
      """)
  void quick(UUID[] ids);

  /// Receivers that were slow, so often. From the third time on nothing is sent to one that hung
  /// for a while, which doubles each time: its places are better used by others.
  @SqlUpdate(
      """
      WITH slow AS MATERIALIZED (
        SELECT l.webhook_id, s.times, s.hung
        FROM unnest(:ids::uuid[], :times::integer[], :hung::boolean[]) AS s (id, times, hung)
        JOIN webhook_lanes l ON l.webhook_id = s.id
        ORDER BY l.webhook_id FOR UPDATE OF l
      )
      UPDATE webhook_lanes l SET strikes = least(l.strikes + slow.times, 1000),
        hold_until = CASE WHEN slow.hung AND l.strikes + slow.times >= 3
          THEN clock_timestamp() + least(300, 10 * 2 ^ least(10, l.strikes + slow.times - 3))
            * interval '1 second'
          ELSE l.hold_until END
      FROM slow WHERE l.webhook_id = slow.webhook_id
      """)
  void slow(UUID[] ids, Integer[] times, Boolean[] hung);

  /// What became of one that was still ours. Public only because JDBI reads it by reflection.
  record Written(UUID id, String outcome) {}

  /// Public only because JDBI reads it by reflection.
  record Disabled(UUID id, String reason) {}
}
