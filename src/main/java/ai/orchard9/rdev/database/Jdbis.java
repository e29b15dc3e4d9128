package ai.orchard9.rdev.database;

import javax.sql.DataSource;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.jdbi.v3.sqlobject.SqlObjectPlugin;

/// The one way Jdbi is set up, in the service and in tests.
public final class Jdbis {

  private Jdbis() {}

  /// Jdbi with SQL objects and PostgreSQL's types: arrays, `uuid`, `Instant` for `timestamptz`.
  public static Jdbi over(DataSource dataSource) {
    return over(dataSource::getConnection);
  }

  static Jdbi over(ConnectionFactory connections) {
    return Jdbi.create(connections)
        .installPlugin(new SqlObjectPlugin())
        .installPlugin(new PostgresPlugin());
  }
}
