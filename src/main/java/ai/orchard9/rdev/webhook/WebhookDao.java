package ai.orchard9.rdev.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/// Rows of `webhooks`, their lanes and secrets. Whoever changes more than one table locks in this
/// order: `webhooks` by id, `webhook_lanes`, `webhook_queue`, `webhook_events`.
@RegisterConstructorMapper(Webhook.class)
interface WebhookDao {
  String COLUMNS =
      """
      id, url, target, events, project_ids, description, enabled, disabled_reason, disabled_at,
      failing_since, last_sequence, created_at, created_by, updated_at, deleted_at,
      (SELECT max(s.expires_at) FROM webhook_secrets s
        WHERE s.webhook_id = webhooks.id AND s.expires_at > clock_timestamp()) AS secret_expires_at
      """;

  @SqlQuery("SELECT " + COLUMNS + " FROM webhooks WHERE id = :id")
  Optional<Webhook> find(UUID id);

  /// One that is not deleted, held to the end of the transaction.
  @SqlQuery(
      "SELECT "
          + COLUMNS
          + " FROM webhooks WHERE id = :id AND deleted_at IS NULL FOR NO KEY UPDATE")
  Optional<Webhook> lock(UUID id);

  /// Newest first.
  ///
  /// @param projects show only webhooks that are limited to these; null: all
  @SqlQuery(
      "SELECT "
          + COLUMNS
          + """
          FROM webhooks
          WHERE deleted_at IS NULL
            AND (:projects::text[] IS NULL OR project_ids <@ :projects::text[])
            AND (:beforeAt::timestamptz IS NULL
              OR (created_at, id) < (:beforeAt::timestamptz, :beforeId::uuid))
          ORDER BY created_at DESC, id DESC LIMIT :rows
          """)
  List<Webhook> list(
      String @Nullable [] projects, @Nullable Instant beforeAt, @Nullable UUID beforeId, int rows);

  @SqlQuery("SELECT count(*) FROM webhooks WHERE deleted_at IS NULL")
  int count();

  @SqlUpdate(
      """
      WITH made AS (
        INSERT INTO webhooks (id, url, target, events, project_ids, description, enabled, disabled_reason,
          disabled_at, created_by)
        VALUES (:id, :url, :target, :events, :projectIds, :description, :enabled,
          CASE WHEN :enabled THEN NULL ELSE 'requested' END,
          CASE WHEN :enabled THEN NULL ELSE clock_timestamp() END, :createdBy)
        RETURNING id
      )
      INSERT INTO webhook_lanes (webhook_id) SELECT id FROM made
      """)
  void insert(UUID id, @BindMethods Subscription subscription, String createdBy);

  /// Enabling forgets why it was disabled, and how long it had been failing.
  @SqlUpdate(
      """
      UPDATE webhooks SET url = :url, target = :target, events = :events, project_ids = :projectIds,
        description = :description, enabled = :enabled,
        disabled_reason = CASE WHEN :enabled THEN NULL
          ELSE coalesce(disabled_reason, 'requested') END,
        disabled_at = CASE WHEN :enabled THEN NULL
          ELSE coalesce(disabled_at, clock_timestamp()) END,
        failing_since = CASE WHEN :enabled AND NOT enabled THEN NULL ELSE failing_since END,
        updated_at = clock_timestamp()
      WHERE id = :id
      """)
  void update(UUID id, @BindMethods Subscription subscription);

  /// What it sends stops with it; what it has sent stays on record.
  @SqlUpdate(
      """
      UPDATE webhooks SET enabled = false, disabled_reason = coalesce(disabled_reason, 'requested'),
        disabled_at = coalesce(disabled_at, clock_timestamp()), deleted_at = clock_timestamp()
      WHERE id = :id AND deleted_at IS NULL
      """)
  int delete(UUID id);

  /// Forgets that the receiver kept hanging: who has changed something wants to see it tried.
  @SqlUpdate(
      """
      UPDATE webhook_lanes SET strikes = 0, hold_until = '-infinity'
      WHERE webhook_id = :id AND strikes > 0
      """)
  void clearLane(UUID id);

  @SqlUpdate("DELETE FROM webhook_secrets WHERE webhook_id = :id")
  void eraseSecrets(UUID id);

  /// Has those that sign now sign on for a while.
  @SqlUpdate(
      """
      UPDATE webhook_secrets
      SET expires_at = clock_timestamp() + :graceSeconds * interval '1 second'
      WHERE webhook_id = :id AND expires_at IS NULL
      """)
  void retireSecrets(UUID id, long graceSeconds);

  @SqlUpdate(
      """
      INSERT INTO webhook_secrets (webhook_id, number, secret)
      SELECT :id, coalesce(max(number), 0) + 1, :sealed FROM webhook_secrets WHERE webhook_id = :id
      """)
  void insertSecret(UUID id, String sealed);

  @SqlQuery(
      """
      SELECT count(*) FROM webhook_secrets
      WHERE webhook_id = :id AND (expires_at IS NULL OR expires_at > clock_timestamp())
      """)
  int countSecrets(UUID id);
}
