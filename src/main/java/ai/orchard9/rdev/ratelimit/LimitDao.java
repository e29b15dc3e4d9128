package ai.orchard9.rdev.ratelimit;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/// Rows of `limit_overrides`. Whether one has ended, the database's clock says.
interface LimitDao {

  /// One that holds.
  ///
  /// @param keyPrefix null: for all keys
  /// @param remainingMs until it ends; null: it does not
  record Row(
      String name,
      @Nullable String keyPrefix,
      String value,
      String changedBy,
      Instant changedAt,
      @Nullable Instant until,
      @Nullable Long remainingMs) {}

  @SqlQuery(
      """
      SELECT name, key_prefix, value, changed_by, changed_at, until,
        (extract(epoch FROM until - clock_timestamp()) * 1000)::bigint AS remaining_ms
      FROM limit_overrides WHERE until IS NULL OR until > clock_timestamp()
      ORDER BY name, key_prefix NULLS FIRST
      """)
  @RegisterConstructorMapper(Row.class)
  List<Row> list();

  /// One change at a time, so that each knows what it changes.
  @SqlUpdate("LOCK TABLE limit_overrides IN SHARE ROW EXCLUSIVE MODE")
  void lock();

  /// When something that begins now ends.
  @SqlQuery("SELECT clock_timestamp() + :ms * interval '1 millisecond'")
  Instant in(long ms);

  @SqlUpdate(
      """
      INSERT INTO limit_overrides (name, key_prefix, value, changed_by, until)
      VALUES (:name, :keyPrefix, :value, :changedBy, :until)
      ON CONFLICT (name, coalesce(key_prefix, '')) DO UPDATE SET value = excluded.value,
        changed_by = excluded.changed_by, changed_at = excluded.changed_at, until = excluded.until
      """)
  void put(
      String name,
      @Nullable String keyPrefix,
      String value,
      String changedBy,
      @Nullable Instant until);

  @SqlUpdate(
      """
      DELETE FROM limit_overrides
      WHERE name = :name AND coalesce(key_prefix, '') = coalesce(:keyPrefix, '')
      """)
  void remove(String name, @Nullable String keyPrefix);

  @SqlUpdate("DELETE FROM limit_overrides WHERE until <= clock_timestamp()")
  void removeEnded();
}
