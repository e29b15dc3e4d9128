package ai.orchard9.rdev.testing;

import ai.orchard9.rdev.database.DatabaseTarget;
import ai.orchard9.rdev.database.EmbeddedPostgres;
import ai.orchard9.rdev.database.Jdbis;
import ai.orchard9.rdev.database.Migrations;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.postgresql.ds.PGSimpleDataSource;

/// A real PostgreSQL for tests: one server per JVM under `target/`, and a database of its own for
/// each test class, with the whole schema. Use it as a static field: `@RegisterExtension static
/// final PostgresExtension POSTGRES = new PostgresExtension();`
///
/// [#truncate] empties tables between tests. Connections are not pooled.
public final class PostgresExtension implements BeforeAllCallback, AfterAllCallback {

  private static final String TEMPLATE = "migrated";
  private static @Nullable EmbeddedPostgres server;

  private @Nullable DatabaseTarget target;
  private @Nullable Jdbi jdbi;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    var admin = server();
    var name = "test_" + UUID.randomUUID().toString().replace("-", "");
    execute(admin, "CREATE DATABASE " + name + " TEMPLATE " + TEMPLATE);
    var there = admin.named(name);
    target = there;
    jdbi = Jdbis.over(dataSource(there));
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    var name = url().substring(url().lastIndexOf('/') + 1);
    execute(server(), "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
  }

  /// Jdbi as in the service, over the class's own database.
  public Jdbi jdbi() {
    return present(jdbi);
  }

  /// Where the class's own database is.
  public DatabaseTarget target() {
    return present(target);
  }

  /// A connection of its own, as LISTEN needs one.
  public Connection connect() throws SQLException {
    return open(target());
  }

  /// Gives connections opened from now on a setting.
  public void set(String name, String value) {
    jdbi()
        .useHandle(
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT format('ALTER DATABASE %I SET %I = %L', current_database(),
                          :name::text, :value::text)
                        """)
                    .bind("name", name)
                    .bind("value", value)
                    .mapTo(String.class)
                    .useIterator(it -> handle.execute(it.next())));
  }

  /// Empties the tables and those that refer to them.
  public void truncate(String... tables) {
    jdbi()
        .useHandle(handle -> handle.execute("TRUNCATE " + String.join(", ", tables) + " CASCADE"));
  }

  private String url() {
    return target().jdbcUrl();
  }

  private static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("register the extension as a static field");
    }
    return value;
  }

  private static synchronized DatabaseTarget server() throws SQLException {
    var running = server;
    if (running == null) {
      running = EmbeddedPostgres.start(Path.of("target", "test-postgres"));
      server = running;
      Runtime.getRuntime().addShutdownHook(new Thread(running::close));
      migrateTemplate(running.target());
    }
    return running.target();
  }

  /// Keeps the template of the last run, unless a change set that it has was edited since.
  private static void migrateTemplate(DatabaseTarget target) throws SQLException {
    var migrations = new Migrations(target.named(TEMPLATE));
    try {
      migrations.migrate();
    } catch (SQLException outdatedOrMissing) {
      execute(target, "DROP DATABASE IF EXISTS " + TEMPLATE + " WITH (FORCE)");
      execute(target, "CREATE DATABASE " + TEMPLATE);
      migrations.migrate();
    }
  }

  private static PGSimpleDataSource dataSource(DatabaseTarget target) {
    var dataSource = new PGSimpleDataSource();
    dataSource.setUrl(target.jdbcUrl());
    dataSource.setUser(target.user());
    dataSource.setPassword(target.password().value());
    return dataSource;
  }

  private static Connection open(DatabaseTarget target) throws SQLException {
    return DriverManager.getConnection(target.jdbcUrl(), target.user(), target.password().value());
  }

  private static void execute(DatabaseTarget target, String sql) throws SQLException {
    try (var connection = open(target);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
