package ai.orchard9.rdev.command;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jspecify.annotations.Nullable;

/// Conversations as the rows of `commands` tell them.
@RegisterConstructorMapper(AgentSession.class)
interface AgentSessionDao {
  /// Those of a project of which a run has told something, the one with the newest command first.
  ///
  /// @param beforeAt with `beforeId`: only those whose newest command is older; null: from the
  ///   first on
  @SqlQuery(
      """
      SELECT c.session_id, c.id AS last_command_id, c.created_at AS last_created_at,
        coalesce(c.finished_at, c.started_at, c.created_at) AS last_used_at, run.turns, run.cost_usd
      FROM commands c
      CROSS JOIN LATERAL (
        SELECT count(o.agent) AS told, sum((o.agent ->> 'turns')::integer)::integer AS turns,
          sum((o.agent ->> 'cost_usd')::double precision) AS cost_usd
        FROM commands o WHERE o.project = c.project AND o.session_id = c.session_id) AS run
      WHERE c.project = :project AND c.session_id IS NOT NULL AND run.told > 0
        AND (:beforeAt::timestamptz IS NULL OR (c.created_at, c.id) < (:beforeAt, :beforeId))
        AND NOT EXISTS (SELECT FROM commands n
          WHERE n.project = c.project AND n.session_id = c.session_id
            AND (n.created_at, n.id) > (c.created_at, c.id))
      ORDER BY c.created_at DESC, c.id DESC LIMIT :limit
      """)
  List<AgentSession> list(
      String project, @Nullable Instant beforeAt, @Nullable String beforeId, int limit);
}
