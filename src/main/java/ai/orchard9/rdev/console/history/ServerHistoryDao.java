package ai.orchard9.rdev.console.history;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/// The table of what servers saw of themselves. Minutes are the database's: they are the same for
/// all servers. States of a breaker are in the order of the alphabet, the worst last.
interface ServerHistoryDao {

  /// Notes a look; one at which there was less, and nothing worse, changes nothing.
  @SqlUpdate(
      """
      INSERT INTO server_minutes AS known (minute, server, streams, breaker)
      VALUES (date_bin('1 minute', clock_timestamp(), 'epoch'), :server, :streams, :breaker)
      ON CONFLICT (minute, server) DO UPDATE
      SET streams = greatest(known.streams, excluded.streams),
        breaker = greatest(known.breaker, excluded.breaker COLLATE "C")
      WHERE known.streams < excluded.streams OR known.breaker < excluded.breaker COLLATE "C"
      """)
  int note(String server, int streams, String breaker);

  @SqlUpdate(
      """
      DELETE FROM server_minutes
      WHERE minute < (SELECT clock_timestamp() - :keptSeconds * interval '1 second')
      """)
  int purge(long keptSeconds);

  @SqlQuery(
      """
      SELECT minute, count(*) AS servers, sum(streams) AS streams,
        max(breaker COLLATE "C") AS breaker
      FROM server_minutes WHERE minute >= :since GROUP BY minute ORDER BY minute
      """)
  @RegisterConstructorMapper(ServersMinute.class)
  List<ServersMinute> since(Instant since);
}
