package ai.orchard9.rdev.command.life;

import java.util.List;
import java.util.Map;
import org.jdbi.v3.sqlobject.config.KeyColumn;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.config.ValueColumn;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/// The table of project events.
interface ProjectEventDao {

  @SqlQuery("SELECT pg_try_advisory_xact_lock(:lock)")
  boolean tryLock(long lock);

  /// The part of a statement that numbers up to `limit` committed events, oldest first, behind the
  /// newest of their projects.
  String NUMBER =
      """
      WITH fresh AS (
        SELECT id, project, row_number() OVER (PARTITION BY project ORDER BY id) AS number
        FROM (SELECT id, project FROM project_events
              WHERE position IS NULL ORDER BY id LIMIT :limit) AS page),
      newest AS (
        SELECT project,
          coalesce((SELECT max(e.position) FROM project_events e WHERE e.project = p.project), 0)
            AS position
        FROM (SELECT DISTINCT project FROM fresh) AS p)
      UPDATE project_events e SET position = newest.position + fresh.number
      FROM fresh JOIN newest USING (project)
      WHERE e.id = fresh.id
      """;

  /// Numbers events and says how many.
  @SqlUpdate(NUMBER)
  int number(int limit);

  /// Numbers events and returns them in their order. What the command's row adds to an end is
  /// final: an end is written once.
  @SqlQuery(
      """
      WITH numbered AS (
      """
          + NUMBER
          + """
            RETURNING e.id, e.project, e.command_id, e.type, e.status, e.exit_code, e.at
          )
          SELECT n.project, n.command_id, n.type, n.status, n.exit_code, n.at,
            CASE WHEN n.status IN ('completed', 'failed', 'cancelled') THEN
              greatest(0, floor(extract(epoch FROM c.finished_at) * 1000)
                - floor(extract(epoch FROM c.started_at) * 1000))::bigint
            END AS duration_ms,
            CASE n.status WHEN 'failed' THEN c.error_code END AS error_code,
            CASE n.status WHEN 'failed' THEN c.error_message END AS error_message,
            coalesce(c.metadata::text, '{}') AS metadata
          FROM numbered n LEFT JOIN commands c ON c.id = n.command_id
          ORDER BY n.id
          """)
  @RegisterConstructorMapper(Fact.class)
  List<Fact> numbered(int limit);

  @SqlQuery(
      """
      SELECT position, command_id, type, status, exit_code, at
      FROM project_events
      WHERE project = :project AND position > :after
      ORDER BY position LIMIT :limit
      """)
  @RegisterConstructorMapper(ProjectEvent.class)
  List<ProjectEvent> list(String project, long after, int limit);

  @SqlQuery("SELECT coalesce(max(position), 0) FROM project_events WHERE project = :project")
  long newest(String project);

  @SqlQuery(
      """
      SELECT project, max(position) AS newest FROM project_events
      WHERE project = ANY(:projects) AND position IS NOT NULL GROUP BY project
      """)
  @KeyColumn("project")
  @ValueColumn("newest")
  Map<String, Long> newest(String[] projects);

  /// Looks at the next events by id, and deletes those that are old and not the newest of their
  /// project: by that one, ids go on rising.
  @SqlQuery(
      """
      WITH looked AS MATERIALIZED (
        SELECT id, project, position,
          at < (SELECT clock_timestamp() - :keptSeconds * interval '1 second') AS old
        FROM project_events WHERE id > :after ORDER BY id LIMIT :limit
      ), gone AS (
        DELETE FROM project_events WHERE id = ANY(ARRAY(
          SELECT id FROM looked WHERE old AND position < (
            SELECT max(position) FROM project_events same WHERE same.project = looked.project)))
        RETURNING id
      )
      SELECT coalesce(max(id), 0) AS last, count(*) = :limit AND bool_and(old) AS goes_on,
        (SELECT count(*) FROM gone) AS deleted
      FROM looked
      """)
  @RegisterConstructorMapper(Purged.class)
  Purged purge(long after, long keptSeconds, int limit);

  /// What was looked at. Public only because JDBI reads it by reflection.
  ///
  /// @param last the id that was reached
  /// @param goesOn whether there may be more that is old
  record Purged(long last, boolean goesOn, int deleted) {}
}
