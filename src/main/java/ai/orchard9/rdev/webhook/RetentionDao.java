package ai.orchard9.rdev.webhook;

import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/// Deletes what is old.
interface RetentionDao {
  /// Events of so long ago with their deliveries, but for those that are not over; returns how
  /// many.
  @SqlUpdate(
      """
      WITH old AS MATERIALIZED (
        SELECT e.webhook_id, e.sequence, e.id
        FROM webhooks w CROSS JOIN LATERAL (
          SELECT webhook_id, sequence, id FROM webhook_events
          WHERE webhook_id = w.id
            AND at < statement_timestamp() - :keptSeconds * interval '1 second'
            AND NOT EXISTS (SELECT FROM webhook_queue q WHERE q.id = webhook_events.id)
          ORDER BY at LIMIT :limit) AS e
        LIMIT :limit
      ), attempts AS (
        DELETE FROM webhook_attempts a USING old WHERE a.event_id = old.id
      )
      DELETE FROM webhook_events e USING old
      WHERE e.webhook_id = old.webhook_id AND e.sequence = old.sequence
      """)
  int purgeEvents(long keptSeconds, int limit);

  @SqlUpdate("DELETE FROM webhook_secrets WHERE expires_at < statement_timestamp()")
  int purgeSecrets();

  /// Webhooks that were deleted so long ago, when nothing is left of them.
  @SqlUpdate(
      """
      DELETE FROM webhooks WHERE id = ANY(ARRAY(
        SELECT id FROM webhooks w
        WHERE NOT enabled
          AND deleted_at < statement_timestamp() - :keptSeconds * interval '1 second'
          AND NOT EXISTS (SELECT FROM webhook_events e WHERE e.webhook_id = w.id)
          AND NOT EXISTS (SELECT FROM webhook_queue q WHERE q.webhook_id = w.id)
        LIMIT :limit FOR UPDATE SKIP LOCKED))
      """)
  int purgeWebhooks(long keptSeconds, int limit);
}
