package ai.orchard9.rdev.webhook;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/// Takes deliveries that are due. `statement_timestamp()` is the database's clock, too, and, other
/// than `clock_timestamp()`, something that an index can be asked for.
interface ClaimDao {
  /// Holds lanes of webhooks that have something due, to the end of the transaction: the quick ones
  /// first, otherwise in any order. It steps from one webhook with a backlog to the next, however
  /// long the backlogs are.
  @SqlQuery(
      """
      WITH RECURSIVE backlog AS (
        (SELECT webhook_id FROM webhook_queue ORDER BY webhook_id LIMIT 1)
        UNION ALL
        SELECT (SELECT q.webhook_id FROM webhook_queue q
          WHERE q.webhook_id > b.webhook_id ORDER BY q.webhook_id LIMIT 1)
        FROM backlog b WHERE b.webhook_id IS NOT NULL
      )
      SELECT l.webhook_id, l.strikes > 0 AS slow
      FROM backlog b JOIN webhook_lanes l ON l.webhook_id = b.webhook_id
      WHERE l.hold_until <= statement_timestamp()
        AND EXISTS (SELECT FROM webhook_queue q
          WHERE q.webhook_id = l.webhook_id AND q.due <= statement_timestamp())
        AND NOT EXISTS (SELECT FROM webhook_pauses)
      ORDER BY l.strikes > 0, random() LIMIT :limit FOR UPDATE OF l SKIP LOCKED
      """)
  @RegisterConstructorMapper(Lane.class)
  List<Lane> lanes(int limit);

  /// Takes the oldest due deliveries of lanes that are held, so that no more than `most` of each
  /// are under way at once. The count is that of now: this statement begins after the lanes are
  /// held.
  @SqlQuery(
      """
      UPDATE webhook_queue q SET leased = true, token = nextval('webhook_tokens'),
        due = clock_timestamp() + :leaseSeconds * interval '1 second'
      FROM (
        SELECT due.id FROM unnest(:webhooks::uuid[], :quotas::integer[], :most::integer[])
          AS lane (webhook_id, quota, most)
        CROSS JOIN LATERAL (
          SELECT least(lane.quota, lane.most - count(*)) AS room FROM webhook_queue busy
          WHERE busy.webhook_id = lane.webhook_id AND busy.leased
            AND busy.due > statement_timestamp()
        ) AS free
        CROSS JOIN LATERAL (
          SELECT id FROM webhook_queue w
          WHERE w.webhook_id = lane.webhook_id AND w.due <= statement_timestamp()
          ORDER BY w.due, w.sequence LIMIT greatest(0, free.room) FOR UPDATE SKIP LOCKED
        ) AS due
      ) AS picked
      WHERE q.id = picked.id
      RETURNING q.id, q.webhook_id, q.sequence, q.attempt, q.token, q.requested
      """)
  @RegisterConstructorMapper(Row.class)
  List<Row> claim(UUID[] webhooks, Integer[] quotas, Integer[] most, int leaseSeconds);

  /// What is to be sent, and where to. Read after the commit of the claim: rows that are large must
  /// not prolong it.
  @SqlQuery(
      """
      SELECT e.id, e.event, e.payload, w.target, w.enabled, w.deleted_at IS NOT NULL AS deleted,
        ARRAY(SELECT s.secret FROM webhook_secrets s
          WHERE s.webhook_id = w.id AND (s.expires_at IS NULL OR s.expires_at > clock_timestamp())
          ORDER BY s.number DESC) AS secrets
      FROM unnest(:webhooks::uuid[], :sequences::bigint[]) AS c (webhook_id, sequence)
      JOIN webhook_events e ON e.webhook_id = c.webhook_id AND e.sequence = c.sequence
      JOIN webhooks w ON w.id = c.webhook_id
      """)
  @RegisterConstructorMapper(Outgoing.class)
  List<Outgoing> outgoing(UUID[] webhooks, Long[] sequences);

  /// Ends what no receiver gets any more, because its webhook was disabled or deleted.
  @SqlUpdate(
      """
      WITH ended AS (
        DELETE FROM webhook_queue WHERE id = ANY(ARRAY(
          SELECT q.id FROM webhooks w JOIN webhook_queue q ON q.webhook_id = w.id
          WHERE NOT w.enabled AND (w.deleted_at IS NOT NULL OR NOT q.requested)
            AND (NOT q.leased OR q.due <= statement_timestamp())
          LIMIT :limit FOR UPDATE OF q SKIP LOCKED))
        RETURNING webhook_id, sequence
      )
      UPDATE webhook_events e SET failed_at = clock_timestamp() FROM ended
      WHERE e.webhook_id = ended.webhook_id AND e.sequence = ended.sequence
      """)
  int endUnwanted(int limit);

  @SqlQuery("SELECT count(*) FROM webhook_queue")
  long backlog();

  @SqlUpdate("INSERT INTO webhook_pauses (paused_by) VALUES (:by) ON CONFLICT DO NOTHING")
  int pause(String by);

  @SqlUpdate("DELETE FROM webhook_pauses")
  int resume();

  @SqlQuery("SELECT paused_by, paused_at FROM webhook_pauses")
  @RegisterConstructorMapper(Pause.class)
  List<Pause> pauses();

  /// A webhook's place to be served at. Public only because JDBI reads it by reflection.
  record Lane(UUID webhookId, boolean slow) {}

  /// A claim. Public only because JDBI reads it by reflection.
  record Row(UUID id, UUID webhookId, long sequence, int attempt, long token, boolean requested) {}

  /// What a claim is about. Public only because JDBI reads it by reflection.
  ///
  /// @param secrets sealed, newest first
  record Outgoing(
      UUID id,
      String event,
      String payload,
      String target,
      boolean enabled,
      boolean deleted,
      List<String> secrets) {}

  /// Public only because JDBI reads it by reflection.
  record Pause(String pausedBy, Instant pausedAt) {}
}
