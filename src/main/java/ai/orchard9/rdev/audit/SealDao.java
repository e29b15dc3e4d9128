package ai.orchard9.rdev.audit;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.BindMethods;
import org.jdbi.v3.sqlobject.statement.SqlBatch;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/// The chain over the record: who seals, and who checks.
interface SealDao {
  String COLUMNS =
      """
      a.id, a.at, a.actor_key_id, a.actor_key_name, a.actor_kind, a.client_ip, a.request_id, a.project,
      a.action, a.target, a.outcome, a.detail
      """;

  /// A link of the chain.
  ///
  /// @param position from 1 on, without holes
  /// @param keyed whether it was made with a key
  record Seal(long position, long auditId, String previousHash, String hash, boolean keyed) {}

  /// Only one server seals at a time; the others learn at once that they need not.
  @SqlQuery("SELECT pg_try_advisory_xact_lock(:lock)")
  boolean tryLock(long lock);

  @SqlQuery(
      """
      SELECT position, audit_id, previous_hash, hash, keyed FROM audit_seal
      ORDER BY position DESC LIMIT 1
      """)
  @RegisterConstructorMapper(Seal.class)
  Optional<Seal> head();

  /// The newest seal and the time of its row.
  @SqlQuery(
      """
      SELECT s.position, s.audit_id, s.hash, a.at, s.keyed
      FROM audit_seal s LEFT JOIN audit_log a ON a.id = s.audit_id
      ORDER BY s.position DESC LIMIT 1
      """)
  @RegisterConstructorMapper(ChainState.Newest.class)
  Optional<ChainState.Newest> newest();

  @SqlQuery(
      "SELECT "
          + COLUMNS
          + """
            , NULL AS previous_hash, NULL AS hash
          FROM audit_unsealed u JOIN audit_log a ON a.id = u.audit_id ORDER BY a.id LIMIT :limit
          """)
  @RegisterConstructorMapper(AuditRow.class)
  List<AuditRow> listUnsealed(int limit);

  @SqlBatch(
      """
      INSERT INTO audit_seal (position, audit_id, previous_hash, hash, keyed)
      VALUES (:position, :auditId, :previousHash, :hash, :keyed)
      """)
  void insert(@BindMethods List<Seal> seals);

  @SqlUpdate("DELETE FROM audit_unsealed WHERE audit_id = ANY(:ids)")
  void dequeue(Long[] ids);

  /// Counts no further than that.
  @SqlQuery("SELECT count(*) FROM (SELECT FROM audit_unsealed LIMIT :most) AS waiting")
  int countUnsealed(int most);

  /// How long the row has waited that waits longest; 0: none does.
  @SqlQuery(
      """
      SELECT coalesce(max(greatest(0, extract(epoch FROM clock_timestamp() - a.at))), 0)
      FROM (SELECT audit_id FROM audit_unsealed ORDER BY audit_id LIMIT 1) AS first
      JOIN audit_log a ON a.id = first.audit_id
      """)
  double oldestUnsealedSeconds();

  @SqlQuery(
      """
      SELECT position, audit_id, previous_hash, hash, keyed FROM audit_seal
      WHERE position > :after ORDER BY position LIMIT :limit
      """)
  @RegisterConstructorMapper(Seal.class)
  List<Seal> listSeals(long after, int limit);

  @SqlQuery(
      "SELECT "
          + COLUMNS
          + """
            , NULL AS previous_hash, NULL AS hash
          FROM audit_seal s JOIN audit_log a ON a.id = s.audit_id
          WHERE s.position > :after AND s.position <= :last
          """)
  @RegisterConstructorMapper(AuditRow.class)
  List<AuditRow> listSealed(long after, long last);

  /// The first row that nobody wrote by the service: neither sealed nor waiting for it.
  @SqlQuery(
      """
      SELECT min(id) FROM audit_log a
      WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.audit_id = a.id)
        AND NOT EXISTS (SELECT FROM audit_unsealed u WHERE u.audit_id = a.id)
      """)
  @Nullable Long firstForged();

  /// The first row that went before it was sealed.
  @SqlQuery(
      """
      SELECT min(audit_id) FROM audit_unsealed u
      WHERE NOT EXISTS (SELECT FROM audit_log a WHERE a.id = u.audit_id)
      """)
  @Nullable Long firstLost();
}
