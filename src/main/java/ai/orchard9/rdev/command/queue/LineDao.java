package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandAudit;
import ai.orchard9.rdev.command.model.CommandMapper;
import ai.orchard9.rdev.command.model.CommandSql;
import ai.orchard9.rdev.command.model.Requester;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.sqlobject.config.KeyColumn;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.config.RegisterRowMapper;
import org.jdbi.v3.sqlobject.config.ValueColumn;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlBatch;
import org.jdbi.v3.sqlobject.statement.SqlQuery;

/// Puts commands into the line, moves them in it, and takes out those that will not start. Where
/// others lock first what they change, it is by an array: of a subquery whose limit is a parameter
/// PostgreSQL expects a tenth of the table, and reads all of it.
@RegisterRowMapper(CommandMapper.class)
interface LineDao {

  /// Queues these commands, in their order, and returns them; not those whose idempotency key has
  /// been used in the last 24 hours, or by one before them.
  @SqlQuery(
      """
      WITH asked AS MATERIALIZED (
        SELECT r.*, clock.at + r.turn * interval '1 microsecond' AS created_at
        FROM unnest(:ids::text[], :projects::text[], :types::text[], :priorities::text[],
            :metadata::text[], :requests::text[], :timeouts::integer[], :startWithin::integer[],
            :keyIds::uuid[], :keyNames::text[], :requestIds::text[], :clientAddresses::text[],
            :traceparents::text[], :markers::text[], :idempotencyKeys::text[], :fingerprints::text[],
            :sessionIds::text[], :budgets::text[])
          WITH ORDINALITY AS r (id, project, type, priority, metadata, request, timeout_seconds,
            start_within, key_id, key_name, request_id, client_address, traceparent, marker,
            idempotency_key, fingerprint, session_id, budget, turn),
          (SELECT clock_timestamp() AS at) AS clock
      ), fresh AS (
        INSERT INTO idempotency_keys AS known (owner, idempotency_key, fingerprint, command_id,
          created_at)
        SELECT DISTINCT ON (owner, idempotency_key) owner, idempotency_key, fingerprint, id,
          created_at
        FROM (SELECT *, coalesce(key_id, '00000000-0000-0000-0000-000000000000') AS owner
          FROM asked WHERE idempotency_key IS NOT NULL) AS keyed
        ORDER BY owner, idempotency_key, turn
        ON CONFLICT (owner, idempotency_key) DO UPDATE SET fingerprint = excluded.fingerprint,
          command_id = excluded.command_id, created_at = excluded.created_at
        WHERE known.created_at < excluded.created_at - interval '24 hours'
        RETURNING command_id
      ), changed AS (
        INSERT INTO commands (id, project, type, status, priority, metadata, request,
          timeout_seconds, start_before, key_id, key_name, request_id, trace_id, traceparent, marker,
          session_id, agent_budget, created_at)
        SELECT id, project, type, 'pending', priority, metadata::jsonb, request::jsonb,
          timeout_seconds, created_at + start_within * interval '1 second', key_id, key_name,
          request_id, split_part(traceparent, '-', 2), traceparent, marker, session_id, budget::jsonb,
          created_at
        FROM asked
        WHERE idempotency_key IS NULL OR id IN (SELECT command_id FROM fresh)
        ORDER BY turn
        RETURNING *
      ), lined AS (
        INSERT INTO pending_commands (command_id, project, priority, due, created_at, start_before)
        SELECT id, project, priority,
      """
          + QueueSql.DUE
          + """
            , created_at, start_before FROM changed
          )\
          """
          + CommandAudit.SUBMITTED
          + CommandSql.TOLD
          + CommandSql.RETURNED)
  List<Command> insert(@BindMethods NewCommandColumns rows, double agingSeconds);

  /// Inputs of commands that were just queued.
  @SqlBatch(
      """
      INSERT INTO command_inputs (command_id, stdin, environment)
      VALUES (:id, :stdin::bytea, :environment::jsonb)
      """)
  void insertInputs(@BindMethods List<NewCommand> commands);

  /// What these idempotency keys stand for.
  @SqlQuery(
      """
      SELECT k.owner::text || k.idempotency_key AS name, k.command_id, k.fingerprint
      FROM unnest(:owners::text[], :names::text[]) AS asked (owner, name)
      JOIN idempotency_keys k ON k.owner = asked.owner::uuid AND k.idempotency_key = asked.name
      """)
  @KeyColumn("name")
  @RegisterConstructorMapper(KnownSubmission.class)
  Map<String, KnownSubmission> known(String[] owners, String[] names);

  /// Lets nobody else submit to these conversations before the transaction ends. Always in the same
  /// order, so that two do not wait for each other.
  @SqlQuery(
      """
      SELECT pg_advisory_xact_lock(hashtextextended(name, 0))
      FROM (SELECT DISTINCT name FROM unnest(:names::text[]) AS asked (name) ORDER BY name) AS sorted
      """)
  List<String> lockSessions(String[] names);

  /// Which of these conversations a command is in that has not ended.
  @SqlQuery(
      """
      SELECT DISTINCT c.project || ' ' || c.session_id
      FROM unnest(:projects::text[], :sessionIds::text[]) AS asked (project, session_id)
      JOIN commands c ON c.project = asked.project AND c.session_id = asked.session_id
      WHERE c.status IN ('pending', 'running')
      """)
  Set<String> busySessions(String[] projects, String[] sessionIds);

  /// Gives a waiting command another place in the line; empty when it does not wait any more.
  @SqlQuery(
      """
      WITH was AS (
        SELECT command_id, priority FROM pending_commands WHERE command_id = :id FOR UPDATE
      ), moved AS (
        UPDATE pending_commands p SET priority = :priority, due =
          p.created_at - (array_position(ARRAY['low', 'normal', 'high', 'urgent'], :priority) - 1)
            * :agingSeconds * interval '1 second'
        FROM was WHERE p.command_id = was.command_id
        RETURNING p.command_id
      ), changed AS (
        UPDATE commands SET priority = :priority FROM moved
        WHERE commands.id = moved.command_id
        RETURNING commands.*
      )\
      """
          + CommandAudit.PRIORITIZED
          + CommandSql.RETURNED)
  Optional<Command> prioritize(
      String id, String priority, double agingSeconds, @BindMethods Requester requester);

  /// Fails what waited longer than its sender allowed, and returns it. The moment is a subquery of
  /// its own: asked once, an index can be searched for it.
  @SqlQuery(
      """
      WITH expired AS (
        DELETE FROM pending_commands WHERE command_id = ANY(ARRAY(
          SELECT command_id FROM pending_commands WHERE start_before <= (SELECT clock_timestamp())
          ORDER BY start_before LIMIT :limit FOR UPDATE SKIP LOCKED))
        RETURNING command_id
      ), changed AS (
        UPDATE commands SET status = 'failed', finished_at = clock_timestamp(),
          error_code = 'QUEUE_TIMEOUT', error_message = 'not started within start_within_seconds'
        FROM expired WHERE id = expired.command_id AND status = 'pending'
        RETURNING commands.*
      ), erased AS (
        DELETE FROM command_inputs WHERE command_id IN (SELECT id FROM changed)
      )\
      """
          + CommandAudit.FINISHED
          + CommandSql.TOLD
          + CommandSql.RETURNED)
  List<Command> failExpired(int limit);

  /// Ends the oldest waiting commands of a project, and returns them.
  @SqlQuery(
      """
      WITH gone AS (
        DELETE FROM pending_commands WHERE command_id = ANY(ARRAY(
          SELECT command_id FROM pending_commands WHERE project = :project
          ORDER BY due, command_id LIMIT :limit FOR UPDATE SKIP LOCKED))
        RETURNING command_id
      )
      """
          + QueueSql.CANCEL_GONE)
  List<Command> cancelPending(String project, int limit, @BindMethods Requester requester);

  /// Ends one waiting command; empty when it does not wait any more.
  @SqlQuery(
      """
      WITH gone AS (
        DELETE FROM pending_commands WHERE command_id = :id RETURNING command_id
      )
      """
          + QueueSql.CANCEL_GONE)
  Optional<Command> cancel(String id, @BindMethods Requester requester);

  /// Where these commands stand in the lines of these projects, of each line only the first `most`:
  /// a line is read once, however many of them stand in it.
  @SqlQuery(
      """
      SELECT line.command_id, line.position
      FROM unnest(:projects::text[]) AS asked (project)
      CROSS JOIN LATERAL (
        SELECT command_id, row_number() OVER (ORDER BY due, command_id) AS position
        FROM (SELECT due, command_id FROM pending_commands p WHERE p.project = asked.project
          ORDER BY due, command_id LIMIT :most) AS first) AS line
      WHERE line.command_id = ANY(:ids)
      """)
  @KeyColumn("command_id")
  @ValueColumn("position")
  Map<String, Integer> positions(String[] projects, String[] ids, int most);

  /// What an idempotency key stands for. Public only because JDBI reads it by reflection.
  record KnownSubmission(String commandId, String fingerprint) {}
}
