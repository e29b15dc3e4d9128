package ai.orchard9.rdev.webhook;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/// Numbers events and takes them down. Whoever calls holds the rows of their webhooks.
interface EventDao {
  @SqlQuery("SELECT EXISTS (SELECT FROM webhooks WHERE deleted_at IS NULL)")
  boolean hasWebhooks();

  /// The webhooks that these events may be for, held to the end of the transaction.
  @SqlQuery(
      """
      SELECT id, events, project_ids, enabled, created_at, last_sequence FROM webhooks
      WHERE deleted_at IS NULL AND events && :events::text[]
        AND (project_ids IS NULL OR project_ids && :projects::text[])
      ORDER BY id FOR NO KEY UPDATE
      """)
  @RegisterConstructorMapper(Subscriber.class)
  List<Subscriber> lockSubscribers(String[] events, String[] projects);

  /// Takes events down, and queues those that are to be sent.
  @SqlUpdate(
      """
      WITH fresh AS (
        INSERT INTO webhook_events (webhook_id, sequence, id, event, at, payload, queued_at)
        SELECT e.webhook_id, e.sequence, e.id, e.event, e.at, e.payload,
          CASE WHEN e.sent THEN clock_timestamp() END
        FROM unnest(:webhooks::uuid[], :sequences::bigint[], :ids::uuid[], :events::text[],
          :ats::timestamptz[], :payloads::text[], :sents::boolean[])
          AS e (webhook_id, sequence, id, event, at, payload, sent)
        RETURNING id, webhook_id, sequence, queued_at
      )
      INSERT INTO webhook_queue (id, webhook_id, sequence, due, requested)
      SELECT id, webhook_id, sequence, queued_at, :requested FROM fresh WHERE queued_at IS NOT NULL
      """)
  int insert(@BindMethods EventColumns events, boolean requested);

  @SqlUpdate(
      """
      UPDATE webhooks SET last_sequence = h.sequence
      FROM unnest(:webhooks::uuid[], :sequences::bigint[]) AS h (webhook_id, sequence)
      WHERE id = h.webhook_id
      """)
  void advance(UUID[] webhooks, Long[] sequences);

  @SqlQuery("SELECT clock_timestamp()")
  Instant now();

  /// Who may be told. Public only because JDBI reads it by reflection.
  record Subscriber(
      UUID id,
      List<String> events,
      @Nullable List<String> projectIds,
      boolean enabled,
      Instant createdAt,
      long lastSequence) {}
}
