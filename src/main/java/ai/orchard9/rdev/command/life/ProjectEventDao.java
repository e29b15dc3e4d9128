package ai.orchard9.rdev.command.life;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.sqlobject.config.KeyColumn;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.config.ValueColumn;
import org.jdbi.v3.sqlobject.customizer.BindList;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/// The table of project events.
interface ProjectEventDao {

  @SqlQuery("SELECT pg_try_advisory_xact_lock(:lock)")
  boolean tryLock(long lock);

  /// Numbers up to `limit` committed events, oldest first, behind the newest of their projects.
  @SqlUpdate(
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
      """)
  int number(int limit);

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
      WHERE project IN (<projects>) AND position IS NOT NULL GROUP BY project
      """)
  @KeyColumn("project")
  @ValueColumn("newest")
  Map<String, Long> newest(@BindList("projects") Collection<String> projects);

  /// Keeps the newest event of each project, so that ids go on rising.
  @SqlUpdate(
      """
      DELETE FROM project_events e
      WHERE at < :before AND position IS NOT NULL AND EXISTS (
        SELECT FROM project_events later
        WHERE later.project = e.project AND later.position > e.position)
      """)
  int purge(Instant before);
}
