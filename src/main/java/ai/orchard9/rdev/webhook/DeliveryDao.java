package ai.orchard9.rdev.webhook;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/// Attempts of deliveries, and having them sent again. Deliveries are found by [DeliverySearch].
interface DeliveryDao {
  @SqlQuery(
      """
      SELECT event_id, at, duration_ms, status_code, error FROM webhook_attempts
      WHERE event_id = ANY(:ids) ORDER BY event_id, at, token
      """)
  @RegisterConstructorMapper(RecordedAttempt.class)
  List<RecordedAttempt> attempts(UUID[] ids);

  /// Has one sent now, from its first attempt on; 0 when somebody is sending it.
  @SqlUpdate(
      """
      WITH queued AS (
        INSERT INTO webhook_queue AS q (id, webhook_id, sequence, due, requested)
        VALUES (:id, :webhookId, :sequence, clock_timestamp(), true)
        ON CONFLICT (id) DO UPDATE SET due = excluded.due, leased = false, attempt = 0,
          token = nextval('webhook_tokens'), requested = true
        WHERE NOT q.leased OR q.due <= clock_timestamp()
        RETURNING id
      )
      UPDATE webhook_events SET queued_at = clock_timestamp(), delivered_at = NULL, failed_at = NULL
      WHERE webhook_id = :webhookId AND sequence = :sequence AND id IN (SELECT id FROM queued)
      """)
  int redeliver(UUID id, UUID webhookId, long sequence);

  /// Has the oldest events since then sent that are not on their way, in their order.
  @SqlQuery(
      """
      WITH chosen AS MATERIALIZED (
        SELECT e.id, e.sequence, e.at FROM webhook_events e
        WHERE e.webhook_id = :webhookId AND e.at >= :since
          AND NOT EXISTS (SELECT FROM webhook_queue q WHERE q.id = e.id)
        ORDER BY e.at, e.sequence LIMIT :limit
      ), queued AS (
        INSERT INTO webhook_queue (id, webhook_id, sequence, due)
        SELECT id, :webhookId, sequence, statement_timestamp() FROM chosen
        ON CONFLICT DO NOTHING
        RETURNING sequence
      ), marked AS (
        UPDATE webhook_events e
        SET queued_at = statement_timestamp(), delivered_at = NULL, failed_at = NULL
        FROM queued WHERE e.webhook_id = :webhookId AND e.sequence = queued.sequence
      )
      SELECT count(*) AS count, max(at) AS newest FROM chosen
      """)
  @RegisterConstructorMapper(Replayed.class)
  Replayed replay(UUID webhookId, Instant since, int limit);

  /// Bodies behind a number, in order.
  @SqlQuery(
      """
      SELECT sequence, payload FROM webhook_events
      WHERE webhook_id = :webhookId AND sequence > :after ORDER BY sequence LIMIT :rows
      """)
  @RegisterConstructorMapper(Body.class)
  List<Body> events(UUID webhookId, long after, int rows);

  /// Public only because JDBI reads it by reflection.
  ///
  /// @param newest time of the newest of them; null: there are none
  record Replayed(int count, @Nullable Instant newest) {}

  /// Public only because JDBI reads it by reflection.
  record Body(long sequence, String payload) {}
}
