package ai.orchard9.rdev;

import ai.orchard9.rdev.apikey.ApiKeyModule;
import ai.orchard9.rdev.apikey.ApiKeyService;
import ai.orchard9.rdev.apikey.KeysCommand;
import ai.orchard9.rdev.audit.AuditCommand;
import ai.orchard9.rdev.audit.AuditModule;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.config.EnvironmentSource;
import ai.orchard9.rdev.database.DatabaseModule;
import ai.orchard9.rdev.database.DbCommand;
import ai.orchard9.rdev.http.HttpModule;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Files;
import java.time.InstantSource;
import org.jdbi.v3.core.Jdbi;

/// The service: its command line and its name. What it is made of stands in [Features].
public final class RdevApplication extends Application<RdevConfiguration> {

  private final InstantSource clock;

  /// The service on this machine's clock.
  public RdevApplication() {
    this(InstantSource.system());
  }

  /// The service on a clock of its own, which decides what is shown and nothing else: whether a
  /// lease or a time limit is over, the database's says.
  public RdevApplication(InstantSource clock) {
    this.clock = clock;
  }

  /// Starts the command line: `server`, `check`, `db`, `keys`, `audit`.
  public static void main(String[] arguments) throws Exception {
    var complaints = RdevEnvironment.complaints(System.getenv());
    if (complaints.isPresent()) {
      System.err.println(complaints.get());
      System.exit(1);
    }
    new RdevApplication().run(arguments);
  }

  @Override
  public String getName() {
    return "rdev-api";
  }

  @Override
  public void initialize(Bootstrap<RdevConfiguration> bootstrap) {
    bootstrap.setConfigurationSourceProvider(
        EnvironmentSource.over(bootstrap.getConfigurationSourceProvider(), System.getenv()));
    HttpModule.initialize(bootstrap);
    bootstrap.addCommand(
        new DbCommand<RdevConfiguration>(
            this, RdevConfiguration::getDatabase, RdevConfiguration::getHome));
    bootstrap.addCommand(
        new AuditCommand<RdevConfiguration>(
            this, RdevApplication::openDatabase, RdevConfiguration::auditKey));
    bootstrap.addCommand(new KeysCommand<RdevConfiguration>(this, RdevApplication::keys));
  }

  @Override
  public void run(RdevConfiguration configuration, Environment environment) throws Exception {
    Files.createDirectories(configuration.getHome());
    var registry = new PrometheusRegistry();
    var background = new BackgroundMetrics(registry);
    var database =
        DatabaseModule.install(
            environment,
            configuration.getDatabase(),
            configuration.getHome(),
            background,
            registry);
    new Features(configuration, environment, database, clock, background, registry).install();
  }

  private static ApiKeyService keys(RdevConfiguration configuration) {
    var jdbi = openDatabase(configuration);
    return ApiKeyModule.forCommand(jdbi, AuditModule.log(jdbi));
  }

  private static Jdbi openDatabase(RdevConfiguration configuration) {
    return DatabaseModule.openForCommand(configuration.getDatabase(), configuration.getHome());
  }
}
