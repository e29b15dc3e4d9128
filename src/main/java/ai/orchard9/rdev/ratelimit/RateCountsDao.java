package ai.orchard9.rdev.ratelimit;

import java.util.List;
import java.util.UUID;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/// Rows of `rate_counts`: what each server has accepted lately.
interface RateCountsDao {

  /// What another server has told; all but `now` are null in the one row that says just that.
  record Row(
      long now,
      @Nullable UUID server,
      @Nullable UUID key,
      @Nullable Long newest,
      @Nullable List<Integer> ages,
      @Nullable List<Integer> counts,
      @Nullable Double rate,
      @Nullable Long at) {}

  /// Each server writes its own rows only, so that none waits for another.
  @SqlQuery(
      """
      WITH told AS (
        INSERT INTO rate_counts (server, key, newest, ages, counts, rate, told_at)
        SELECT :server, key, newest, ages, counts, rate, clock_timestamp()
        FROM jsonb_to_recordset(:mine::jsonb)
          AS mine(key uuid, newest bigint, ages integer[], counts integer[], rate double precision)
        ON CONFLICT (server, key) DO UPDATE SET newest = excluded.newest, ages = excluded.ages,
          counts = excluded.counts, rate = excluded.rate, told_at = excluded.told_at
      )
      SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now,
        server, key, newest, ages, counts, rate,
        (extract(epoch FROM told_at) * 1000000)::bigint AS at
      FROM (SELECT) AS always LEFT JOIN rate_counts
        ON server <> :server AND told_at > clock_timestamp() - :sinceMs * interval '1 millisecond'
      """)
  @RegisterConstructorMapper(Row.class)
  List<Row> exchange(UUID server, String mine, long sinceMs);

  /// Those of servers that are gone too. Locked rows are in use.
  @SqlUpdate(
      """
      DELETE FROM rate_counts WHERE (server, key) IN (
        SELECT server, key FROM rate_counts
        WHERE told_at < clock_timestamp() - :ageMs * interval '1 millisecond'
        FOR UPDATE SKIP LOCKED)
      """)
  int sweep(long ageMs);
}
