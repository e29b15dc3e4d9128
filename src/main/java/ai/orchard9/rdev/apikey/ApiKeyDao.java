package ai.orchard9.rdev.apikey;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/// Rows of `api_keys`. Whether one has expired, the database's clock says.
@RegisterConstructorMapper(ApiKey.class)
interface ApiKeyDao {
  String COLUMNS =
      """
      id, name, key_prefix, scopes, project_ids, command_types, allowed_ips, rate_limit_rps, max_turns,
      max_tokens, max_cost_usd, created_at, created_by, expires_at, last_used_at, revoked_at, deprecated_at,
      replaced_by, clock_timestamp() AS as_of
      """;

  /// Which keys end within so many `:seconds`, and have no other in their place.
  String ENDING =
      """
      revoked_at IS NULL AND replaced_by IS NULL AND expires_at > clock_timestamp()
        AND expires_at < clock_timestamp() + :seconds * interval '1 second'
      """;

  @SqlQuery("SELECT " + COLUMNS + " FROM api_keys WHERE key_hash = :hash")
  Optional<ApiKey> findByHash(String hash);

  @SqlQuery("SELECT " + COLUMNS + " FROM api_keys WHERE id = :id")
  Optional<ApiKey> find(UUID id);

  /// In the order of their ids, so that two who lock the same ones do not wait for each other.
  @SqlQuery("SELECT " + COLUMNS + " FROM api_keys WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")
  List<ApiKey> lock(UUID[] ids);

  @SqlQuery("SELECT " + COLUMNS + " FROM api_keys WHERE id = :id FOR SHARE")
  Optional<ApiKey> hold(UUID id);

  @SqlQuery("SELECT " + COLUMNS + " FROM api_keys WHERE id = ANY(:ids)")
  List<ApiKey> findAll(UUID[] ids);

  @SqlQuery("SELECT id FROM api_keys WHERE key_prefix = :prefix AND revoked_at IS NULL ORDER BY id")
  List<UUID> findActive(String prefix);

  @SqlQuery(
      "SELECT " + COLUMNS + " FROM api_keys WHERE key_prefix = :prefix ORDER BY created_at, id")
  List<ApiKey> findByPrefix(String prefix);

  /// Those that work until then at the longest, and that no other has replaced; the first to end
  /// first.
  ///
  /// @param projects show only keys that are limited to these, and `own`; null: all
  @SqlQuery(
      "SELECT "
          + COLUMNS
          + """
          FROM api_keys
          WHERE (:projects::text[] IS NULL OR project_ids <@ :projects::text[] OR id = :own::uuid)
            AND
          """
          + ENDING
          + "ORDER BY expires_at LIMIT :rows")
  List<ApiKey> ending(long seconds, String @Nullable [] projects, @Nullable UUID own, int rows);

  /// Those that work until then at the longest, and that no other has replaced.
  ///
  /// @param madeFor counts only keys that were made for longer than that
  @SqlQuery(
      """
      SELECT count(*) FROM (
        SELECT FROM api_keys WHERE expires_at - created_at > :madeFor * interval '1 second' AND
      """
          + ENDING
          + "LIMIT :most) AS ending")
  int countEnding(long seconds, long madeFor, int most);

  /// Newest first.
  ///
  /// @param projects show only keys that are limited to these, and `own`; null: all
  @SqlQuery(
      "SELECT "
          + COLUMNS
          + """
          FROM api_keys
          WHERE (:projects::text[] IS NULL OR project_ids <@ :projects::text[] OR id = :own::uuid)
            AND (:beforeAt::timestamptz IS NULL OR (created_at, id) < (:beforeAt::timestamptz, :beforeId::uuid))
          ORDER BY created_at DESC, id DESC LIMIT :rows
          """)
  List<ApiKey> list(
      String @Nullable [] projects,
      @Nullable UUID own,
      @Nullable Instant beforeAt,
      @Nullable UUID beforeId,
      int rows);

  @SqlQuery("SELECT clock_timestamp()")
  Instant now();

  @SqlQuery("SELECT count(*) FROM api_keys")
  long count();

  @SqlUpdate(
      """
      INSERT INTO api_keys (id, name, key_prefix, key_hash, scopes, project_ids, command_types, allowed_ips,
        rate_limit_rps, max_turns, max_tokens, max_cost_usd, created_at, created_by, expires_at)
      VALUES (:id, :name, :prefix, :hash, :scopes, :projectIds, :commandTypes, :allowedIps, :rateLimitRps,
        :maxTurns, :maxTokens, :maxCostUsd, clock_timestamp(), :createdBy, :expiresAt)
      """)
  void insert(
      UUID id,
      String prefix,
      String hash,
      @BindMethods NewKey key,
      String createdBy,
      @Nullable Instant expiresAt);

  @SqlUpdate(
      """
      INSERT INTO api_keys (id, name, key_prefix, key_hash, scopes, created_by)
      SELECT :id, :name, :prefix, :hash, ARRAY['admin'], 'first start'
      WHERE NOT EXISTS (SELECT 1 FROM api_keys)
      """)
  int insertFirst(UUID id, String name, String prefix, String hash);

  /// Makes a key like another, and as long-lived.
  @SqlUpdate(
      """
      INSERT INTO api_keys (id, name, key_prefix, key_hash, scopes, project_ids, command_types, allowed_ips,
        rate_limit_rps, max_turns, max_tokens, max_cost_usd, created_at, created_by, expires_at)
      SELECT :id, name, :prefix, :hash, scopes, project_ids, command_types, allowed_ips,
        rate_limit_rps, max_turns, max_tokens, max_cost_usd, clock_timestamp(), :createdBy, expires_at
      FROM api_keys WHERE id = :like
      """)
  void insertLike(UUID like, UUID id, String prefix, String hash, String createdBy);

  @SqlUpdate(
      """
      UPDATE api_keys SET replaced_by = :by, deprecated_at = clock.now,
        expires_at = least(expires_at, clock.now + :graceSeconds * interval '1 second')
      FROM (SELECT clock_timestamp() AS now) clock
      WHERE id = :id AND revoked_at IS NULL AND replaced_by IS NULL
      """)
  int replace(UUID id, UUID by, long graceSeconds);

  @SqlUpdate(
      "UPDATE api_keys SET revoked_at = clock_timestamp() WHERE id = :id AND revoked_at IS NULL")
  int revoke(UUID id);

  /// Writes down when keys were used last. Rows that somebody holds are left out: their next use is
  /// written soon enough.
  @SqlUpdate(
      """
      WITH used AS (
        SELECT k.id, clock_timestamp() - u.age * interval '1 millisecond' AS at
        FROM api_keys k JOIN unnest(:ids::uuid[], :agesMillis::bigint[]) AS u (id, age) ON u.id = k.id
        ORDER BY k.id FOR NO KEY UPDATE OF k SKIP LOCKED)
      UPDATE api_keys k SET last_used_at = used.at FROM used
      WHERE k.id = used.id AND (k.last_used_at IS NULL OR k.last_used_at < used.at)
      """)
  int used(UUID[] ids, Long[] agesMillis);

  /// As [#findAll], for a set.
  default List<ApiKey> findAll(Collection<UUID> ids) {
    return findAll(ids.toArray(UUID[]::new));
  }
}
