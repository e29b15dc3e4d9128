package ai.orchard9.rdev.ops.task;

import java.util.List;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/// Rows of `cache_flushes`.
interface CacheFlushDao {
  /// How often a cache was flushed.
  record Row(String cache, long flushes) {}

  @SqlUpdate(
      """
      INSERT INTO cache_flushes (cache, flushes) SELECT unnest(:caches::text[]), 1
      ON CONFLICT (cache) DO UPDATE SET flushes = cache_flushes.flushes + 1
      """)
  void count(String[] caches);

  @SqlQuery("SELECT cache, flushes FROM cache_flushes")
  @RegisterConstructorMapper(Row.class)
  List<Row> list();
}
