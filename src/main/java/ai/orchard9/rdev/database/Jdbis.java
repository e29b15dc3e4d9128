package ai.orchard9.rdev.database;

import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.TemplateEngine;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.jdbi.v3.sqlobject.SqlObjectPlugin;

/// The one way Jdbi is set up, in the service and in tests.
public final class Jdbis {

  private Jdbis() {}

  /// Jdbi with SQL objects and PostgreSQL's types: arrays, `uuid`, `Instant` for `timestamptz`.
  public static Jdbi over(DataSource dataSource) {
    return prepared(Jdbi.create(dataSource));
  }

  /// The same over a new connection for each use.
  static Jdbi over(DatabaseTarget target) {
    return prepared(Jdbi.create(target::connect));
  }

  private static Jdbi prepared(Jdbi jdbi) {
    jdbi.installPlugin(new SqlObjectPlugin()).installPlugin(new PostgresPlugin());
    // Statements are written out: looking for templates in them would cost as much as binding does.
    jdbi.getConfig(SqlStatements.class).setTemplateEngine(TemplateEngine.NOP);
    KnownDaos.install(jdbi);
    return jdbi;
  }
}
