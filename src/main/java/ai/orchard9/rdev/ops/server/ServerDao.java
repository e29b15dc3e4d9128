package ai.orchard9.rdev.ops.server;

import java.util.List;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/// The table of servers. All times are the database's.
interface ServerDao {
  /// Says that a server lives.
  ///
  /// @param numberedMillis how long ago it numbered facts; null: never
  /// @param sealedMillis how long ago it sealed the audit log; null: never
  @SqlUpdate(
      """
      INSERT INTO servers AS known (id, name, version, seen_at, draining, streams, numbered_at,
        sealed_at)
      SELECT :id, :name, :version, clock.now, :draining, :streams,
        clock.now - :numberedMillis::bigint * interval '1 millisecond',
        clock.now - :sealedMillis::bigint * interval '1 millisecond'
      FROM (SELECT clock_timestamp() AS now) AS clock
      ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, draining = excluded.draining,
        streams = excluded.streams, numbered_at = excluded.numbered_at,
        sealed_at = excluded.sealed_at
      """)
  void beat(
      String id,
      String name,
      String version,
      boolean draining,
      int streams,
      @Nullable Long numberedMillis,
      @Nullable Long sealedMillis);

  @SqlUpdate("DELETE FROM servers WHERE id = :id")
  void remove(String id);

  @SqlUpdate(
      """
      DELETE FROM servers
      WHERE seen_at < (SELECT clock_timestamp() - :keptSeconds * interval '1 second')
      """)
  int purge(long keptSeconds);

  /// How many others live and take commands over.
  @SqlQuery(
      """
      SELECT count(*) FROM servers WHERE id <> :id AND NOT draining
        AND seen_at > (SELECT clock_timestamp() - :aliveSeconds * interval '1 second')
      """)
  int countOthersTaking(String id, long aliveSeconds);

  /// Those that live, the oldest first.
  @SqlQuery(
      """
      SELECT id, name, version, started_at, draining, streams,
        greatest(0, extract(epoch FROM clock.now - seen_at) * 1000)::bigint AS seen_millis_ago,
        greatest(0, extract(epoch FROM clock.now - numbered_at) * 1000)::bigint
          AS numbered_millis_ago,
        greatest(0, extract(epoch FROM clock.now - sealed_at) * 1000)::bigint AS sealed_millis_ago
      FROM servers, (SELECT clock_timestamp() AS now) AS clock
      WHERE seen_at > clock.now - :aliveSeconds * interval '1 second'
      ORDER BY started_at, id
      """)
  @RegisterConstructorMapper(LiveServer.class)
  List<LiveServer> listAlive(long aliveSeconds);
}
