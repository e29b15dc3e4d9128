package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.life.ProjectEvents;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.config.RegisterRowMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jdbi.v3.sqlobject.statement.UseRowMapper;
import org.jspecify.annotations.Nullable;

/// Rows of `commands` as their executors see them. Every write of an owner names its token, and
/// time is the database's: `clock_timestamp()`.
@RegisterRowMapper(ClaimMapper.class)
interface QueueDao {
  /// How long an owner may be silent, in seconds. It renews every 3 s, so it may miss two.
  int LEASE_SECONDS = 10;

  String CLAIMED =
      """
       token, marker, place, instance, acknowledged, kill_reason, kill_grace_seconds,
      (extract(epoch FROM started_at + timeout_seconds * interval '1 second' - clock_timestamp())
        * 1000)::bigint AS remaining_ms,
      """;

  /// Takes the oldest pending command of these projects that has a free slot. The slot is locked
  /// and taken in the same statement: SKIP LOCKED alone does not keep a limit. Slots beyond the
  /// limit count while they are taken: it was lowered under what ran.
  @SqlQuery(
      """
      WITH candidate AS (
        SELECT id, project FROM commands c
        WHERE status = 'pending' AND project = ANY(:projects)
          AND (start_before IS NULL OR start_before > clock_timestamp())
          AND EXISTS (SELECT 1 FROM slots s WHERE s.project = c.project AND s.number <= :limit
            AND s.command_id IS NULL)
          AND (SELECT count(*) FROM slots s WHERE s.project = c.project
            AND s.command_id IS NOT NULL) < :limit
        ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
      ), slot AS (
        SELECT s.project, s.number, candidate.id FROM slots s
        JOIN candidate ON candidate.project = s.project
        WHERE s.number <= :limit AND s.command_id IS NULL
        ORDER BY s.number LIMIT 1 FOR UPDATE OF s SKIP LOCKED
      ), taken AS (
        UPDATE slots SET command_id = slot.id FROM slot
        WHERE slots.project = slot.project AND slots.number = slot.number
        RETURNING slots.command_id
      ), changed AS (
        UPDATE commands SET status = 'running', owner = :owner, token = token + 1,
          lease_until = clock_timestamp() + :leaseSeconds * interval '1 second',
          started_at = clock_timestamp(), acknowledged = false,
          instance = (:instances::jsonb ->> commands.project),
          place = (:places::jsonb -> commands.project),
          pod_name = (:places::jsonb -> commands.project #>> '{container,pod}')
        FROM taken WHERE commands.id = taken.command_id
        RETURNING commands.*
      ), told AS (
      """
          + ProjectEvents.RECORD
          + "changed)"
          + CommandAudit.STARTED
          + "SELECT "
          + CLAIMED
          + " inputs.stdin, inputs.environment, "
          + CommandDao.COLUMNS
          + " FROM changed LEFT JOIN command_inputs inputs ON command_id = id")
  Optional<Claim> claim(
      String owner,
      String[] projects,
      int limit,
      String instances,
      String places,
      int leaseSeconds);

  /// Takes over commands that were released, and those whose owner has been silent for a lease.
  @SqlQuery(
      """
      UPDATE commands SET owner = :owner, token = token + 1, adoptions = adoptions + 1,
        lease_until = clock_timestamp() + :leaseSeconds * interval '1 second'
      WHERE id IN (SELECT id FROM commands WHERE status = 'running'
        AND (lease_until = '-infinity' OR (:silent AND lease_until < clock_timestamp()))
        AND NOT id = ANY(:mine)
        ORDER BY lease_until LIMIT :count FOR UPDATE SKIP LOCKED)
      RETURNING
      """
          + CLAIMED
          + " NULL::bytea AS stdin, NULL::jsonb AS environment, "
          + CommandDao.COLUMNS)
  List<Claim> adopt(String owner, String[] mine, int count, boolean silent, int leaseSeconds);

  /// Extends the leases of those still ours and names them; the others were taken over.
  @SqlQuery(
      """
      UPDATE commands SET lease_until = clock_timestamp() + :leaseSeconds * interval '1 second'
      WHERE id = ANY(:ids) AND owner = :owner AND status = 'running'
      RETURNING id
      """)
  List<String> renew(String owner, String[] ids, int leaseSeconds);

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

  /// Hands over at once: a lease that never was, so that nobody waits for it to run out.
  @SqlUpdate(
      """
      UPDATE commands SET lease_until = '-infinity'
      WHERE id = :id AND token = :token AND status = 'running'
      """)
  int release(String id, long token);

  /// Puts back what provably never started, as the next attempt.
  @SqlQuery(
      """
      WITH changed AS (
        UPDATE commands SET status = 'pending', started_at = NULL, owner = NULL, lease_until = NULL,
          instance = NULL, place = NULL, pod_name = NULL, attempt = attempt + 1, token = token + 1
        WHERE id = :id AND token = :token AND status = 'running' AND NOT acknowledged
        RETURNING *
      ), freed AS (
        UPDATE slots SET command_id = NULL WHERE command_id IN (SELECT id FROM changed)
      )\
      """
          + CommandDao.TOLD)
  @UseRowMapper(CommandMapper.class)
  Optional<Command> requeue(String id, long token);

  /// Writes the end, frees the slot and erases the inputs, in one round trip; empty when the token
  /// is out of date.
  @SqlQuery(
      """
      WITH changed AS (
        UPDATE commands SET status = :status,
          finished_at = greatest(clock_timestamp(), started_at), exit_code = :exitCode::integer,
          signal = :signal, error_code = :errorCode, error_message = :errorMessage,
          kill_receipt = :killReceipt::jsonb, background = :background::integer,
          stdout_sha256 = :stdoutSha256, stderr_sha256 = :stderrSha256, lease_until = NULL
        WHERE id = :id AND token = :token AND status = 'running'
        RETURNING *
      ), freed AS (
        UPDATE slots SET command_id = NULL WHERE command_id IN (SELECT id FROM changed)
      ), erased AS (
        DELETE FROM command_inputs WHERE command_id IN (SELECT id FROM changed)
      )\
      """
          + CommandAudit.FINISHED
          + CommandDao.TOLD)
  @UseRowMapper(CommandMapper.class)
  Optional<Command> finish(
      String id,
      long token,
      String status,
      @Nullable Integer exitCode,
      @Nullable String signal,
      @Nullable String errorCode,
      @Nullable String errorMessage,
      @Nullable String killReceipt,
      @Nullable Integer background,
      @Nullable String stdoutSha256,
      @Nullable String stderrSha256);

  /// Fails what waited longer than its sender allowed, and names it.
  @SqlQuery(
      """
      WITH changed AS (
        UPDATE commands SET status = 'failed', finished_at = clock_timestamp(),
          error_code = 'QUEUE_TIMEOUT', error_message = 'not started within start_within_seconds'
        WHERE id IN (SELECT id FROM commands WHERE status = 'pending'
          AND start_before <= clock_timestamp() LIMIT 100 FOR UPDATE SKIP LOCKED)
        RETURNING *
      ), erased AS (
        DELETE FROM command_inputs WHERE command_id IN (SELECT id FROM changed)
      )\
      """
          + CommandAudit.FINISHED
          + CommandDao.TOLD)
  @UseRowMapper(CommandMapper.class)
  List<Command> failExpired();

  /// A kill that somebody asked for.
  record KillRow(String commandId, String reason, int graceSeconds) {}
}
