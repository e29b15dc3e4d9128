package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.Command;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Arrays;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says of a command just queued how long the line before it is: exactly for the first [#EXACT],
/// and for more from a picture of the line that is up to a second old, for counting a long line
/// with each submission would make every submission as slow as the line is long.
final class Ranks {
  /// Up to this a position is counted.
  static final int EXACT = 100;

  private static final Duration AGE = Duration.ofSeconds(1);

  /// Places of all pictures together, at 8 bytes each.
  private static final long MOST_PLACES = 4_000_000;

  private static final Logger LOG = LoggerFactory.getLogger(Ranks.class);

  private final Jdbi jdbi;
  private final Cache<String, long[]> lines =
      Caffeine.newBuilder()
          .expireAfterWrite(AGE)
          .maximumWeight(MOST_PLACES)
          .weigher((String project, long[] line) -> line.length)
          .build();

  Ranks(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// @param counted its position, if that is at most [#EXACT]
  int position(Command command, int counted, Claiming claiming) {
    if (counted <= EXACT) {
      return counted;
    }
    long[] line;
    try {
      line = lines.get(command.project(), this::load);
    } catch (RuntimeException uncounted) {
      // The command is committed: its sender must hear that, if not of the line.
      LOG.atDebug().setCause(uncounted).log("line not counted");
      return counted;
    }
    var due = micros(command, claiming.agingSeconds());
    var found = Arrays.binarySearch(line, due);
    return Math.max(counted, found >= 0 ? found + 1 : -found);
  }

  private static long micros(Command command, double agingSeconds) {
    var created = command.createdAt();
    return created.getEpochSecond() * 1_000_000
        + created.getNano() / 1000
        - Math.round(command.priority().level() * agingSeconds * 1_000_000);
  }

  private long[] load(String project) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT coalesce(array_agg((extract(epoch FROM due) * 1000000)::bigint
                      ORDER BY due), '{}')
                    FROM pending_commands WHERE project = :project
                    """)
                .bind("project", project)
                .mapTo(long[].class)
                .one());
  }
}
