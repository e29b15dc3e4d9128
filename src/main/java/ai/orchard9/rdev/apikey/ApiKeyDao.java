package ai.orchard9.rdev.apikey;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/// Rows of `api_keys`.
interface ApiKeyDao {
  /// A key's row, as far as checking a caller needs it.
  record Row(
      UUID id,
      String name,
      String keyPrefix,
      List<String> scopes,
      @Nullable List<String> projectIds,
      boolean revoked,
      boolean expired) {}

  @SqlQuery(
      """
      SELECT id, name, key_prefix, scopes, project_ids, revoked_at IS NOT NULL AS revoked,
        coalesce(expires_at <= clock_timestamp(), false) AS expired
      FROM api_keys WHERE key_hash = :hash
      """)
  @RegisterConstructorMapper(Row.class)
  Optional<Row> find(String hash);

  @SqlQuery("SELECT count(*) FROM api_keys")
  long count();

  @SqlUpdate(
      """
      INSERT INTO api_keys (id, name, key_prefix, key_hash, scopes, created_by)
      SELECT :id, :name, :prefix, :hash, ARRAY['admin'], 'first start'
      WHERE NOT EXISTS (SELECT 1 FROM api_keys)
      """)
  int insertFirst(UUID id, String name, String prefix, String hash);
}
