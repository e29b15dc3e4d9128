package ai.orchard9.rdev.command.queue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.KeyColumn;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.config.ValueColumn;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/// Looks at the queue, and stops it where operators want that.
interface OverviewDao {
  /// Lets the statements of this transaction read a table from end to end, which is otherwise off:
  /// who counts all that waits needs every row, and by an index each costs several times as much.
  @SqlUpdate("SET LOCAL enable_seqscan = on")
  void readWholeTables();

  /// To be asked after [#readWholeTables()].
  @SqlQuery(
      """
      SELECT project, priority, count(*) AS count,
        greatest(0, extract(epoch FROM clock_timestamp() - min(created_at)))::bigint
          AS oldest_seconds
      FROM pending_commands GROUP BY project, priority
      """)
  @RegisterConstructorMapper(Waiting.class)
  List<Waiting> pending();

  @SqlQuery(
      """
      SELECT project, count(*) AS running FROM slots WHERE command_id IS NOT NULL GROUP BY project
      """)
  @KeyColumn("project")
  @ValueColumn("running")
  Map<String, Integer> running();

  /// Where a waiting command stands; empty when it does not wait any more.
  @SqlQuery(
      """
      SELECT (SELECT count(*) FROM pending_commands q
          WHERE q.project = p.project AND (q.due, q.command_id) <= (p.due, p.command_id))
          AS position,
        EXISTS (SELECT FROM queue_pauses WHERE project IN ('', p.project)) AS paused,
        (SELECT avg(mean_seconds) FROM slots s WHERE s.project = p.project) AS mean_seconds
      FROM pending_commands p WHERE p.command_id = :id
      """)
  @RegisterConstructorMapper(StandingRow.class)
  Optional<StandingRow> standing(String id);

  @SqlQuery("SELECT project, paused_by, paused_at FROM queue_pauses ORDER BY project")
  @RegisterConstructorMapper(Pause.class)
  List<Pause> pauses();

  @SqlUpdate(
      """
      INSERT INTO queue_pauses (project, paused_by) VALUES (:project, :by)
      ON CONFLICT DO NOTHING
      """)
  int pause(String project, String by);

  @SqlUpdate("DELETE FROM queue_pauses WHERE project = :project")
  int resume(String project);

  /// Commands of one project and priority. Public only because JDBI reads it by reflection.
  record Waiting(String project, String priority, int count, long oldestSeconds) {}

  /// Public only because JDBI reads it by reflection.
  record StandingRow(int position, boolean paused, @Nullable Double meanSeconds) {}

  /// Public only because JDBI reads it by reflection.
  ///
  /// @param project empty: the whole queue
  record Pause(String project, String pausedBy, Instant pausedAt) {}
}
