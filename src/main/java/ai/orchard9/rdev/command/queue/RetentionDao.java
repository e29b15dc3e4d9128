package ai.orchard9.rdev.command.queue;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.sqlobject.statement.SqlQuery;

/// Deletes what has been kept long enough, the oldest first. The moment is a subquery of its own:
/// PostgreSQL asks it once, and an index can be searched for it. A batch begins where the one
/// before it ended: what that one deleted stands in the index until vacuum comes.
interface RetentionDao {

  /// Deletes records of commands; answers when each was created.
  @SqlQuery(
      """
      DELETE FROM commands WHERE id = ANY(ARRAY(
        SELECT id FROM commands
        WHERE created_at >= :from
          AND created_at < (SELECT clock_timestamp() - :keptSeconds * interval '1 second')
          AND finished_at < (SELECT clock_timestamp() - :keptSeconds * interval '1 second')
        ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED))
      RETURNING created_at
      """)
  List<Instant> purgeCommands(Instant from, long keptSeconds, int limit);

  /// Deletes idempotency keys; answers when each was used first. One that is used anew meanwhile
  /// has moved, and stays.
  @SqlQuery(
      """
      DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM idempotency_keys
        WHERE created_at >= :from
          AND created_at < (SELECT clock_timestamp() - :keptSeconds * interval '1 second')
        ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED))
      RETURNING created_at
      """)
  List<Instant> purgeIdempotencyKeys(Instant from, long keptSeconds, int limit);
}
