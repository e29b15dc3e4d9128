package ai.orchard9.rdev.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import liquibase.Scope;
import liquibase.UpdateSummaryEnum;
import liquibase.changelog.ChangeSet;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.exception.LiquibaseException;
import liquibase.resource.ClassLoaderResourceAccessor;
import liquibase.ui.LoggerUIService;

/// Brings the schema up to date, or back. Everything happens under an advisory lock of our own, so
/// that of many servers starting at once one migrates and the others wait. Liquibase's lock is a
/// row, which outlives kill -9 and would have everybody wait for ever: whoever holds ours releases
/// it.
public final class Migrations {

  /// Any number, the same in every version: `rdev` in ASCII.
  private static final long LOCK = 0x72646576L;

  private final DatabaseTarget target;

  public Migrations(DatabaseTarget target) {
    this.target = target;
  }

  /// Runs what has not run yet; returns how many change sets that were.
  public int migrate() throws SQLException {
    return exclusively(
        liquibase -> {
          var open = unrun(liquibase).size();
          liquibase.update(new Contexts(), new LabelExpression());
          return open;
        });
  }

  /// Takes back the newest change sets.
  public void rollback(int count) throws SQLException {
    exclusively(
        liquibase -> {
          liquibase.rollback(count, new Contexts(), new LabelExpression());
          return count;
        });
  }

  /// Ids of the change sets that have not run yet, in their order.
  public List<String> pending() throws SQLException {
    return exclusively(liquibase -> unrun(liquibase).stream().map(ChangeSet::getId).toList());
  }

  private static List<ChangeSet> unrun(Liquibase liquibase) throws LiquibaseException {
    return liquibase.listUnrunChangeSets(new Contexts(), new LabelExpression());
  }

  private interface Work<T> {
    T with(Liquibase liquibase) throws LiquibaseException;
  }

  private <T> T exclusively(Work<T> work) throws SQLException {
    try (var guard = target.connect();
        var lock = guard.prepareStatement("SELECT pg_advisory_lock(?)")) {
      lock.setLong(1, LOCK);
      lock.execute();
      releaseStaleLock(guard);
      try (var connection = target.connect()) {
        return quietly(connection, work);
      }
      // Closing the guard's connection ends the session, and the lock with it.
    }
  }

  private static void releaseStaleLock(Connection guard) throws SQLException {
    try (var statement = guard.createStatement()) {
      var exists = false;
      try (var rows = statement.executeQuery("SELECT to_regclass('databasechangeloglock')")) {
        exists = rows.next() && rows.getString(1) != null;
      }
      if (exists) {
        statement.execute(
            "UPDATE databasechangeloglock"
                + " SET locked = false, lockgranted = NULL, lockedby = NULL WHERE locked");
      }
    }
  }

  private static <T> T quietly(Connection connection, Work<T> work) throws SQLException {
    try {
      return Scope.child(
          Map.of(Scope.Attr.ui.name(), new LoggerUIService()),
          () -> {
            var database =
                DatabaseFactory.getInstance()
                    .findCorrectDatabaseImplementation(new JdbcConnection(connection));
            var resources = new ClassLoaderResourceAccessor(Migrations.class.getClassLoader());
            try (var liquibase = new Liquibase("migrations.xml", resources, database)) {
              liquibase.setShowSummary(UpdateSummaryEnum.OFF);
              return work.with(liquibase);
            }
          });
    } catch (SQLException | RuntimeException failed) {
      throw failed;
    } catch (Exception failed) {
      throw new SQLException("the schema cannot be migrated: " + failed.getMessage(), failed);
    }
  }
}
