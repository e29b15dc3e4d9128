package ai.orchard9.rdev.database;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.PostgresExtension;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class MigrationsTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  @Test
  void goesFromEmptyToLatestAndBackAndThereAgain() throws Exception {
    POSTGRES.jdbi().useHandle(handle -> handle.execute("CREATE DATABASE rounds"));
    var migrations = new Migrations(POSTGRES.target().named("rounds"));
    try {
      var all = migrations.pending().size();
      assertThat(all).isPositive();

      assertThat(migrations.migrate()).isEqualTo(all);
      assertThat(migrations.pending()).isEmpty();
      migrations.rollback(all);
      assertThat(migrations.pending()).hasSize(all);
      assertThat(tables("rounds")).isEmpty();

      assertThat(migrations.migrate()).isEqualTo(all);
      assertThat(migrations.migrate()).isZero();
    } finally {
      POSTGRES.jdbi().useHandle(handle -> handle.execute("DROP DATABASE rounds WITH (FORCE)"));
    }
  }

  @Test
  void releasesALockThatADeadServerLeft() throws Exception {
    POSTGRES
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "UPDATE databasechangeloglock SET locked = true, lockedby = 'dead', lockgranted"
                        + " = now()"));

    var ran = new Migrations(POSTGRES.target()).migrate();

    assertThat(ran).isZero();
  }

  private static List<String> tables(String database) throws Exception {
    try (var connection = POSTGRES.target().named(database).connect()) {
      var handle = Jdbi.open(connection);
      return handle
          .createQuery(
              "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                  + " AND tablename NOT LIKE 'databasechangelog%'")
          .mapTo(String.class)
          .list();
    }
  }
}
