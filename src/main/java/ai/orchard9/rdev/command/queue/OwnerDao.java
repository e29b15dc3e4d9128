package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.CommandAudit;
import ai.orchard9.rdev.command.model.CommandSql;
import ai.orchard9.rdev.command.model.Requester;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.config.RegisterRowMapper;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/// Running commands as their owners see them. Every write of an owner names its token, and time is
/// the database's: `clock_timestamp()`.
@RegisterRowMapper(ClaimMapper.class)
interface OwnerDao {
  /// Takes over commands that were released, and those whose owner has been silent for a lease.
  @SqlQuery(
      """
      UPDATE commands SET owner = :owner, token = token + 1, adoptions = adoptions + 1,
        lease_until = clock_timestamp() + :leaseSeconds * interval '1 second'
      WHERE id = ANY(ARRAY(
        SELECT id FROM commands
        WHERE id = ANY(ARRAY(SELECT command_id FROM slots WHERE command_id IS NOT NULL))
          AND status = 'running'
          AND (lease_until = '-infinity' OR (:silent AND lease_until < clock_timestamp()))
          AND NOT id = ANY(:mine)
        ORDER BY lease_until LIMIT :count FOR UPDATE SKIP LOCKED))
      RETURNING
      """
          + QueueSql.CLAIMED
          + CommandSql.COLUMNS
          + ", false AS has_inputs")
  List<Claim> adopt(String owner, String[] mine, int count, boolean silent, int leaseSeconds);

  /// Extends the leases of those still ours and names them; the others were taken over, or handed
  /// over meanwhile: such a lease must not come to life again, or nobody takes over at once. Rows
  /// are locked in one order, here and in [#finish], so that the two do not wait in a circle.
  @SqlQuery(
      """
      WITH mine AS MATERIALIZED (
        SELECT id FROM commands WHERE id = ANY(:ids) AND owner = :owner AND status = 'running'
          AND lease_until > '-infinity'
        ORDER BY id FOR UPDATE
      )
      UPDATE commands SET lease_until = clock_timestamp() + :leaseSeconds * interval '1 second'
      FROM mine WHERE commands.id = mine.id
      RETURNING commands.id
      """)
  List<String> renew(String owner, String[] ids, int leaseSeconds);

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

  @SqlQuery(
      """
      SELECT id AS command_id, kill_reason AS reason, kill_grace_seconds AS grace_seconds FROM commands
      WHERE owner = :owner AND status = 'running' AND kill_requested_at IS NOT NULL
        AND id = ANY(:ids)
      """)
  @RegisterConstructorMapper(KillRow.class)
  List<KillRow> killRequests(String owner, String[] ids);

  @SqlUpdate(
      """
      UPDATE commands SET instance = :instance
      WHERE id = :id AND token = :token AND status = 'running'
      """)
  int storeInstance(String id, long token, String instance);

  /// Notes that the spool started it; stdin and the values of env go with it.
  @SqlUpdate(
      """
      WITH mine AS (UPDATE commands SET acknowledged = true
        WHERE id = :id AND token = :token AND status = 'running' RETURNING id)
      DELETE FROM command_inputs WHERE command_id IN (SELECT id FROM mine)
      """)
  void acknowledge(String id, long token);

  /// Notes what a run has told of itself so far. The conversation is that which it names, unless
  /// another command is in that already.
  @SqlUpdate(
      """
      UPDATE commands c SET agent = :agent::jsonb, session_id = CASE
        WHEN :sessionId::text IS NULL OR EXISTS (SELECT FROM commands o
          WHERE o.project = c.project AND o.session_id = :sessionId AND o.id <> c.id
            AND o.status IN ('pending', 'running'))
        THEN c.session_id ELSE :sessionId END
      WHERE id = :id AND token = :token AND status = 'running'
      """)
  void noteAgent(String id, long token, String agent, @Nullable String sessionId);

  /// Hands over at once: a lease that never was, so that nobody waits for it to run out.
  @SqlUpdate(
      """
      UPDATE commands SET lease_until = '-infinity'
      WHERE id = :id AND token = :token AND status = 'running'
      """)
  int release(String id, long token);

  /// Puts back what provably never started, as the next attempt, to where it stood in the line.
  @SqlQuery(
      """
      WITH changed AS (
        UPDATE commands SET status = 'pending', started_at = NULL, owner = NULL, lease_until = NULL,
          instance = NULL, place = NULL, pod_name = NULL, attempt = attempt + 1, token = token + 1
        WHERE id = :id AND token = :token AND status = 'running' AND NOT acknowledged
        RETURNING *
      ), freed AS (
        UPDATE slots SET command_id = NULL WHERE command_id IN (SELECT id FROM changed)
      ), lined AS (
        INSERT INTO pending_commands (command_id, project, priority, due, created_at, start_before)
        SELECT id, project, priority,
      """
          + QueueSql.DUE
          + """
            , created_at, start_before FROM changed
          )\
          """
          + CommandSql.TOLD
          + "SELECT id FROM changed")
  Optional<String> requeue(String id, long token, double agingSeconds);

  /// Writes the ends, frees the slots and erases the inputs; names those whose token was not out of
  /// date.
  @SqlQuery(
      """
      WITH ended AS MATERIALIZED (
        SELECT * FROM unnest(:ids::text[], :tokens::bigint[], :statuses::text[],
          :exitCodes::integer[], :signals::text[], :errorCodes::text[], :errorMessages::text[],
          :killReceipts::text[], :backgrounds::integer[], :stdoutHashes::text[],
          :stderrHashes::text[], :agents::text[])
        AS e (id, token, status, exit_code, signal, error_code, error_message, kill_receipt,
          background, stdout_sha256, stderr_sha256, agent)
      ), mine AS MATERIALIZED (
        SELECT e.* FROM ended e JOIN commands c ON e.id = c.id AND e.token = c.token
        WHERE c.status = 'running' ORDER BY c.id FOR UPDATE OF c
      ), changed AS (
        UPDATE commands c SET status = mine.status,
          finished_at = greatest(clock_timestamp(), c.started_at), exit_code = mine.exit_code,
          signal = mine.signal, error_code = mine.error_code, error_message = mine.error_message,
          kill_receipt = mine.kill_receipt::jsonb, background = mine.background,
          stdout_sha256 = mine.stdout_sha256, stderr_sha256 = mine.stderr_sha256,
          lease_until = NULL, agent = coalesce(mine.agent::jsonb, c.agent),
          session_id = coalesce(mine.agent::jsonb ->> 'session_id', c.session_id)
        FROM mine WHERE c.id = mine.id
        RETURNING c.*
      ), freed AS (
        UPDATE slots SET command_id = NULL, mean_seconds = coalesce(mean_seconds * 2 / 3, d.took)
          + CASE WHEN mean_seconds IS NULL THEN 0 ELSE d.took / 3 END
        FROM (SELECT id, extract(epoch FROM finished_at - started_at)::double precision AS took
          FROM changed) AS d
        WHERE slots.command_id = d.id
      ), erased AS (
        DELETE FROM command_inputs WHERE command_id IN (SELECT id FROM changed)
      )\
      """
          + CommandAudit.FINISHED
          + CommandSql.TOLD
          + "SELECT id FROM changed")
  List<String> finish(@BindMethods ResultColumns ends);

  /// A kill that somebody asked for.
  record KillRow(String commandId, String reason, int graceSeconds) {}
}
