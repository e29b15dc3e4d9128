package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandMapper;
import ai.orchard9.rdev.command.model.Requester;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.sqlobject.config.KeyColumn;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.config.RegisterRowMapper;
import org.jdbi.v3.sqlobject.config.ValueColumn;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jspecify.annotations.Nullable;

/// What operators ask of many commands at once. What runs is found by the slots, of which there are
/// as many as may run.
interface RoundupDao {
  String CHOSEN =
      """
      (:project::text IS NULL OR c.project = :project)
        AND (NOT :byKey OR c.key_id IS NOT DISTINCT FROM :keyId::uuid)
      """;

  String RUNNING =
      """
      FROM slots s JOIN commands c ON c.id = s.command_id
      WHERE s.command_id IS NOT NULL AND c.status = 'running' AND
      """;

  /// The oldest first.
  ///
  /// @param onlyUnasked not those whose end somebody has asked for
  @SqlQuery(
      """
      SELECT c.id, c.project, c.type, c.key_id, c.owner, c.lease_until = '-infinity' AS released,
        c.kill_requested_at IS NOT NULL AS ending,
        greatest(0, extract(epoch FROM clock_timestamp() - c.started_at))::bigint AS age_seconds,
        c.stdout_bytes + c.stderr_bytes AS bytes, c.attempt, c.adoptions
      """
          + RUNNING
          + CHOSEN
          + """
            AND (NOT :onlyUnasked OR c.kill_requested_at IS NULL)
          ORDER BY c.started_at, c.id LIMIT :limit
          """)
  @RegisterConstructorMapper(Running.class)
  List<Running> running(@BindMethods Selection chosen, boolean onlyUnasked, int limit);

  @SqlQuery("SELECT count(*) " + RUNNING + CHOSEN)
  int countRunning(@BindMethods Selection chosen);

  @SqlQuery(
      """
      SELECT count(*) FROM pending_commands p JOIN commands c ON c.id = p.command_id WHERE
      """
          + CHOSEN)
  int countPending(@BindMethods Selection chosen);

  /// How many commands each owner has; those that are let go of count for nobody.
  @SqlQuery(
      """
      SELECT c.owner, count(*) AS leases
      """
          + RUNNING
          + "c.lease_until <> '-infinity' GROUP BY c.owner")
  @KeyColumn("owner")
  @ValueColumn("leases")
  Map<String, Integer> leases();

  /// Ends some waiting commands of a key, and returns them. In no order: all of them go, and a sort
  /// would read the whole queue each time.
  @SqlQuery(
      """
      WITH gone AS (
        DELETE FROM pending_commands WHERE command_id = ANY(ARRAY(
          SELECT p.command_id FROM pending_commands p JOIN commands c ON c.id = p.command_id
          WHERE c.key_id IS NOT DISTINCT FROM :key::uuid
          LIMIT :limit FOR UPDATE OF p SKIP LOCKED))
        RETURNING command_id
      )
      """
          + QueueSql.CANCEL_GONE)
  @RegisterRowMapper(CommandMapper.class)
  List<Command> cancelPendingOf(@Nullable UUID key, int limit, @BindMethods Requester requester);
}
