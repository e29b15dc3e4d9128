package ai.orchard9.rdev.audit;

import ai.orchard9.rdev.http.Caller;
import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/// Reads the record.
final class AuditSearch {
  private static final int PAGE = 1000;
  private static final String SELECT =
      "SELECT "
          + SealDao.COLUMNS
          + ", s.previous_hash, s.hash FROM audit_log a"
          + " LEFT JOIN audit_seal s ON s.audit_id = a.id WHERE ";

  private final Jdbi requests;
  private final Jdbi exports;

  /// @param requests for what a caller waits for
  /// @param exports for what takes its time
  AuditSearch(Jdbi requests, Jdbi exports) {
    this.requests = requests;
    this.exports = exports;
  }

  /// The newest rows with an id below that, newest first.
  List<AuditRow> newest(Caller caller, AuditFilter filter, long below, int limit) {
    return list(requests, filter.condition(caller), "id < :bound ORDER BY id DESC", below, limit);
  }

  /// Hands over all rows there are now, oldest first. No connection is held while they are taken.
  void export(Caller caller, AuditFilter filter, Consumer<List<AuditRow>> taker) {
    var condition = filter.condition(caller);
    List<AuditRow> page;
    long after = 0;
    do {
      page = list(exports, condition, "id > :bound ORDER BY id", after, PAGE);
      if (!page.isEmpty()) {
        taker.accept(page);
        after = page.getLast().id();
      }
    } while (page.size() == PAGE);
  }

  private static List<AuditRow> list(
      Jdbi jdbi, AuditFilter.Condition condition, String order, long bound, int limit) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(SELECT + condition.sql() + " AND " + order + " LIMIT :limit")
                .bindMap(condition.parameters())
                .bind("bound", bound)
                .bind("limit", limit)
                .registerRowMapper(ConstructorMapper.factory(AuditRow.class))
                .mapTo(AuditRow.class)
                .list());
  }
}
