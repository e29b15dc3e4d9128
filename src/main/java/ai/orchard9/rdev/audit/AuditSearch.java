package ai.orchard9.rdev.audit;

import ai.orchard9.rdev.http.Caller;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/// Reads the record, in the order of its times: so each index serves whatever window is asked for.
final class AuditSearch {
  private static final int PAGE = 1000;

  private final Jdbi requests;
  private final Jdbi exports;

  /// @param requests for what a caller waits for
  /// @param exports for what takes its time
  AuditSearch(Jdbi requests, Jdbi exports) {
    this.requests = requests;
    this.exports = exports;
  }

  /// Where a row stands.
  record Place(Instant at, long id) {
    static Place of(AuditRow row) {
      return new Place(row.at(), row.id());
    }
  }

  private enum Direction {
    NEWEST_FIRST("(at, id) < (:fromAt, :fromId)", "at DESC, id DESC"),
    OLDEST_FIRST("(at, id) > (:fromAt, :fromId)", "at, id");

    private final String beyond;
    private final String order;

    Direction(String beyond, String order) {
      this.beyond = beyond;
      this.order = order;
    }
  }

  /// The newest rows older than that place, newest first.
  List<AuditRow> newest(Caller caller, AuditFilter filter, Optional<Place> before, int limit) {
    return list(
        requests, filter.condition(caller), Direction.NEWEST_FIRST, before.orElse(null), limit);
  }

  /// Hands over all rows there are now, oldest first. No connection is held while they are taken.
  void export(Caller caller, AuditFilter filter, Consumer<List<AuditRow>> taker) {
    var condition = filter.condition(caller);
    List<AuditRow> page;
    @Nullable Place after = null;
    do {
      page = list(exports, condition, Direction.OLDEST_FIRST, after, PAGE);
      if (!page.isEmpty()) {
        taker.accept(page);
        after = Place.of(page.getLast());
      }
    } while (page.size() == PAGE);
  }

  private static List<AuditRow> list(
      Jdbi jdbi,
      AuditFilter.Condition condition,
      Direction direction,
      @Nullable Place from,
      int limit) {
    var found =
        condition.rows(from == null ? "true" : direction.beyond, direction.order + " LIMIT :limit");
    var sql =
        """
        SELECT %s, s.previous_hash, s.hash
        FROM (%s) AS a LEFT JOIN audit_seal s ON s.audit_id = a.id ORDER BY %s
        """
            .formatted(SealDao.COLUMNS, found, direction.order);
    return jdbi.withHandle(
        handle -> {
          var query =
              handle
                  .createQuery(sql)
                  .addCustomizer(new PlannedAnew())
                  .bindMap(condition.parameters())
                  .bind("limit", limit)
                  .registerRowMapper(ConstructorMapper.factory(AuditRow.class));
          if (from != null) {
            query.bind("fromAt", from.at()).bind("fromId", from.id());
          }
          return query.mapTo(AuditRow.class).list();
        });
  }

  /// Keeps the driver from preparing a statement: which of its facts is the rarest differs from
  /// question to question, and a plan that is kept knows none of them.
  private static final class PlannedAnew implements StatementCustomizer {
    @Override
    public void beforeExecution(PreparedStatement statement, StatementContext context)
        throws SQLException {
      statement.unwrap(PGStatement.class).setPrepareThreshold(0);
    }
  }
}
