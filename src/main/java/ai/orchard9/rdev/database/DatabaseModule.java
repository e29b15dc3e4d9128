package ai.orchard9.rdev.database;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.db.ManagedDataSource;
import io.dropwizard.lifecycle.Managed;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Wires the database: starts the embedded one if none is configured, brings the schema up to date,
/// opens the pools.
public final class DatabaseModule {

  private static final Logger LOG = LoggerFactory.getLogger(DatabaseModule.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration WATCH = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private DatabaseModule() {}

  /// The database, ready for use. It is closed after everything installed later has stopped.
  ///
  /// @param home `RDEV_HOME`, for the embedded one
  public static Database install(
      Environment environment,
      DatabaseConfig config,
      Path home,
      BackgroundMetrics metrics,
      PrometheusRegistry registry)
      throws SQLException, InterruptedException {
    var external = config.external();
    DatabaseTarget target;
    if (external.isPresent()) {
      target = external.get();
    } else {
      var embedded = EmbeddedPostgres.start(home);
      environment.lifecycle().manage(closing(embedded));
      environment
          .lifecycle()
          .manage(new Poller("embedded-postgres", WATCH, metrics, embedded::revive));
      target = embedded.target();
    }
    if (config.shouldMigrate()) {
      migrate(new Migrations(target));
    }
    var api = pool(environment, Pool.API, target);
    var background = pool(environment, Pool.BACKGROUND, target);
    new PoolMetrics(Map.of(Pool.API.label(), api, Pool.BACKGROUND.label(), background))
        .register(registry);
    return new Database(Jdbis.over(api), Jdbis.over(background), target, external.isEmpty());
  }

  /// Where the database is, for commands of the command line; the embedded one is started, and
  /// stopped when the command ends if nobody else uses it.
  static DatabaseTarget forCommand(DatabaseConfig config, Path home) {
    return config
        .external()
        .orElseGet(
            () -> {
              var embedded = EmbeddedPostgres.start(home);
              Runtime.getRuntime().addShutdownHook(new Thread(embedded::close));
              return embedded.target();
            });
  }

  /// The database for a command of the command line, with its schema brought up to date where a
  /// server would do that.
  public static Jdbi openForCommand(DatabaseConfig config, Path home) {
    try {
      Files.createDirectories(home);
      var target = forCommand(config, home);
      if (config.shouldMigrate()) {
        migrate(new Migrations(target));
      }
      return Jdbis.over(target);
    } catch (IOException | SQLException failed) {
      throw new IllegalStateException("the database cannot be opened", failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  /// An external database may start together with us: it gets a minute.
  private static void migrate(Migrations migrations) throws SQLException, InterruptedException {
    var until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        var count = migrations.migrate();
        LOG.atInfo().addKeyValue("changeSets", count).log("schema up to date");
        return;
      } catch (SQLException failed) {
        if (!DatabaseErrors.isAway(failed) || System.nanoTime() > until) {
          throw failed;
        }
        LOG.atWarn().addKeyValue("reason", failed.getMessage()).log("waiting for the database");
        TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
      }
    }
  }

  private static ManagedDataSource pool(Environment environment, Pool pool, DatabaseTarget target) {
    var dataSource = pool.open(target, environment.metrics(), pool.label());
    environment.lifecycle().manage(dataSource);
    return dataSource;
  }

  private static Managed closing(EmbeddedPostgres embedded) {
    return new Managed() {
      @Override
      public void stop() {
        embedded.close();
      }
    };
  }
}
