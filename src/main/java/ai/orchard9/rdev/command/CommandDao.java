package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.life.ProjectEvents;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.sqlobject.config.RegisterRowMapper;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/// Rows of `commands` as clients see them; what executes them goes through [QueueDao].
@RegisterRowMapper(CommandMapper.class)
interface CommandDao {
  String COLUMNS =
      """
      id, project, type, status, priority, metadata, request, timeout_seconds, key_id, key_name,
      request_id, trace_id, created_at, started_at, finished_at, exit_code, signal, error_code,
      error_message, stdout_bytes, stderr_bytes, stdout_sha256, stderr_sha256, last_event_id,
      background, kill_receipt, pod_name, attempt, adoptions
      """;

  /// Ends a statement whose first part names the rows that it changes `changed`: records what
  /// happened to them for others to read, and returns them.
  String TOLD =
      ", told AS (" + ProjectEvents.RECORD + "changed) SELECT " + COLUMNS + " FROM changed";

  @SqlQuery(
      """
      WITH changed AS (
        INSERT INTO commands (id, project, type, status, priority, metadata, request,
          timeout_seconds, start_before, key_id, key_name, request_id, trace_id, marker)
        VALUES (:id, :project, :type, 'pending', :priority, :metadata::jsonb, :request::jsonb,
          :timeoutSeconds, clock_timestamp() + :startWithinSeconds::integer * interval '1 second',
          :keyId::uuid, :keyName, :requestId, :traceId, :marker)
        RETURNING *
      ), inputs AS (
        INSERT INTO command_inputs (command_id, stdin, environment)
        SELECT id, :stdin::bytea, :environment::jsonb FROM changed WHERE :hasInputs
      )\
      """
          + CommandAudit.SUBMITTED
          + TOLD)
  Command insert(@BindMethods CommandRow row);

  @SqlUpdate(
      """
      INSERT INTO slots (project, number) SELECT :project, generate_series(1, :limit)
      ON CONFLICT DO NOTHING
      """)
  void ensureSlots(String project, int limit);

  @SqlQuery("SELECT " + COLUMNS + " FROM commands WHERE id = :id")
  Optional<Command> find(String id);

  /// Newest first, after the row that the cursor names.
  @SqlQuery(
      "SELECT "
          + COLUMNS
          + """
           FROM commands
          WHERE (:project::text IS NULL OR project = :project)
            AND (:status::text IS NULL OR status = :status)
            AND (:type::text IS NULL OR type = :type)
            AND (:keyId::uuid IS NULL OR key_id = :keyId::uuid)
            AND (:since::timestamptz IS NULL OR created_at >= :since::timestamptz)
            AND (:until::timestamptz IS NULL OR created_at < :until::timestamptz)
            AND (:visible::text[] IS NULL OR project = ANY(:visible::text[]))
            AND (:beforeAt::timestamptz IS NULL OR (created_at, id) < (:beforeAt::timestamptz, :beforeId::text))
          ORDER BY created_at DESC, id DESC
          LIMIT :limit
          """)
  List<Command> list(
      @Nullable String project,
      @Nullable String status,
      @Nullable String type,
      @Nullable UUID keyId,
      @Nullable Instant since,
      @Nullable Instant until,
      String @Nullable [] visible,
      @Nullable Instant beforeAt,
      @Nullable String beforeId,
      int limit);

  /// Position of a pending command in the order of claiming, 1 = next. Not a join: planned while
  /// the table was empty, it compared each with each for as long as the plan was kept.
  @SqlQuery(
      """
      SELECT count(*) FROM commands
      WHERE status = 'pending' AND (created_at, id) <=
        (SELECT created_at, id FROM commands WHERE id = :id AND status = 'pending')
      """)
  int queuePosition(String id);

  /// Ends a command that nothing has started yet.
  @SqlQuery(
      """
      WITH changed AS (
        UPDATE commands SET status = 'cancelled', finished_at = clock_timestamp()
        WHERE id = :id AND status = 'pending'
        RETURNING *
      ), erased AS (
        DELETE FROM command_inputs WHERE command_id IN (SELECT id FROM changed)
      )\
      """
          + CommandAudit.CANCELLED
          + TOLD)
  Optional<Command> cancelPending(String id, @BindMethods Requester requester);

  /// Leaves word for the owner of a running command. The first request counts.
  @SqlQuery(
      """
      WITH changed AS (
        UPDATE commands SET kill_reason = 'cancel', kill_grace_seconds = :graceSeconds,
          kill_requested_at = clock_timestamp()
        WHERE id = :id AND status = 'running' AND kill_requested_at IS NULL
        RETURNING *
      )\
      """
          + CommandAudit.CANCELLED
          + "SELECT count(*) FROM changed")
  int requestCancel(String id, int graceSeconds, @BindMethods Requester requester);
}
