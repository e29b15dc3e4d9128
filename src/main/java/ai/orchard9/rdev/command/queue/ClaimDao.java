package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.CommandAudit;
import ai.orchard9.rdev.command.model.CommandSql;
import java.util.List;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.config.RegisterRowMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/// Takes commands out of the line and gives each a slot.
@RegisterRowMapper(ClaimMapper.class)
interface ClaimDao {

  /// In one order everywhere, so that two servers that add the same do not wait in a circle.
  @SqlUpdate(
      """
      INSERT INTO slots (project, number)
      SELECT project, number FROM unnest(:projects::text[]) AS project,
        generate_series(1, :limit) AS number
      ORDER BY project, number
      ON CONFLICT DO NOTHING
      """)
  void ensureSlots(String[] projects, int limit);

  /// The projects that have a line, by one probe of the index each.
  @SqlQuery(
      """
      WITH RECURSIVE waiting AS (
        (SELECT project FROM pending_commands ORDER BY project LIMIT 1)
        UNION ALL
        SELECT (SELECT p.project FROM pending_commands p
          WHERE p.project > waiting.project ORDER BY p.project LIMIT 1)
        FROM waiting WHERE waiting.project IS NOT NULL
      )
      SELECT project FROM waiting WHERE project IS NOT NULL
      """)
  List<String> waitingProjects();

  /// Claims up to `count` commands of these projects.
  ///
  /// Order: the level (priority, and one more for each `aging` waited), then the projects with the
  /// fewest running, then those served longest ago, then the longest wait.
  ///
  /// Limit: each claim takes a slot, of which every project has one per number, so no two servers
  /// can have the same. A slot may be used if its number and the taken ones above it together stay
  /// within the limit: where the limit was lowered, the slots beyond count while they are taken,
  /// and what another server does meanwhile can only make fewer of them. That is so for all numbers
  /// up to `top`, which is the limit itself where no slot beyond is taken; and under it as many are
  /// free as the limit is above what runs.
  @SqlQuery(
      """
      WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at),
      served AS MATERIALIZED (
        SELECT s.project, s.entry
        FROM unnest(:projects::text[]) WITH ORDINALITY AS s (project, entry)
        WHERE NOT EXISTS (SELECT FROM queue_pauses p WHERE p.project IN ('', s.project))
      ), room AS MATERIALIZED (
        SELECT served.project, served.entry, count(command_id) AS running,
          max(claimed_at) AS served_at, count(command_id) FILTER (WHERE number > :limit) AS beyond
        FROM served JOIN slots USING (project) GROUP BY served.project, served.entry
      ), candidate AS (
        SELECT room.*, p.command_id, p.due,
          row_number() OVER (PARTITION BY room.project ORDER BY p.due, p.command_id) AS turn
        FROM room CROSS JOIN LATERAL (
          SELECT command_id, due FROM pending_commands, moment
          WHERE project = room.project AND (start_before IS NULL OR start_before > moment.at)
          ORDER BY due, command_id LIMIT least(greatest(:limit - room.running, 0), :count)) AS p
      ), chosen AS (
        SELECT candidate.* FROM candidate, moment
        ORDER BY floor(extract(epoch FROM moment.at - due) / :agingSeconds) DESC, running + turn,
          turn > 1, served_at NULLS FIRST, due, command_id
        LIMIT :count
      ), locked AS MATERIALIZED (
        SELECT p.command_id, chosen.project, chosen.entry, chosen.beyond, chosen.turn
        FROM pending_commands p JOIN chosen ON chosen.command_id = p.command_id
        FOR UPDATE OF p SKIP LOCKED
      ), wanted AS MATERIALIZED (
        SELECT project, entry, array_agg(command_id ORDER BY turn) AS ids,
          CASE WHEN beyond = 0 THEN :limit ELSE (
            SELECT max(number) FROM (
              SELECT number, number + count(command_id) OVER (ORDER BY number DESC)
                - (command_id IS NOT NULL)::integer AS needed
              FROM slots WHERE slots.project = locked.project) AS slot
            WHERE needed <= :limit) END AS top
        FROM locked GROUP BY project, entry, beyond
      ), seat AS MATERIALIZED (
        SELECT wanted.project, wanted.entry, s.number,
          wanted.ids[row_number() OVER (PARTITION BY wanted.project ORDER BY s.number)] AS command_id
        FROM wanted CROSS JOIN LATERAL (
          SELECT number FROM slots
          WHERE project = wanted.project AND number <= wanted.top AND command_id IS NULL
          ORDER BY number LIMIT cardinality(wanted.ids) FOR UPDATE SKIP LOCKED) AS s
      ), taken AS (
        UPDATE slots SET command_id = seat.command_id, claimed_at = (SELECT at FROM moment)
        FROM seat
        WHERE slots.project = seat.project AND slots.number = seat.number
        RETURNING slots.command_id, seat.entry
      ), out AS (
        DELETE FROM pending_commands p USING taken WHERE p.command_id = taken.command_id
        RETURNING p.command_id, taken.entry, (:places::text[])[taken.entry]::jsonb AS place
      ), changed AS (
        UPDATE commands SET status = 'running', owner = :owner, token = token + 1,
          lease_until = (SELECT at FROM moment) + :leaseSeconds * interval '1 second',
          started_at = (SELECT at FROM moment), acknowledged = false,
          instance = (:instances::text[])[out.entry], place = out.place,
          pod_name = out.place #>> '{container,pod}'
        FROM out
        WHERE commands.id = out.command_id AND commands.status = 'pending'
        RETURNING commands.*
      )\
      """
          + CommandSql.TOLD
          + CommandAudit.STARTED
          + "SELECT "
          + QueueSql.CLAIMED
          + CommandSql.COLUMNS
          + ", EXISTS (SELECT FROM command_inputs WHERE command_id = id) AS has_inputs"
          + " FROM changed")
  List<Claim> claim(
      String owner,
      String[] projects,
      String[] places,
      @Nullable String[] instances,
      int limit,
      int count,
      double agingSeconds,
      int leaseSeconds);

  /// What only the commands themselves may read, of those that have anything.
  @SqlQuery(
      """
      SELECT command_id, stdin, environment FROM command_inputs WHERE command_id = ANY(:ids)
      """)
  @RegisterConstructorMapper(InputsRow.class)
  List<InputsRow> inputs(String[] ids);

  /// stdin and env of one command. Public only because JDBI reads it by reflection.
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  record InputsRow(String commandId, byte @Nullable [] stdin, String environment) {}
}
