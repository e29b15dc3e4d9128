package ai.orchard9.rdev;

import ai.orchard9.rdev.apikey.ApiKeyModule;
import ai.orchard9.rdev.apikey.ApiKeyService;
import ai.orchard9.rdev.apikey.KeysCommand;
import ai.orchard9.rdev.audit.AuditCommand;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.audit.AuditModule;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.BeforeStop;
import ai.orchard9.rdev.command.CommandModule;
import ai.orchard9.rdev.command.Queue;
import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.output.OutputRetention;
import ai.orchard9.rdev.command.policy.ShellPolicy;
import ai.orchard9.rdev.config.EnvironmentRule;
import ai.orchard9.rdev.config.EnvironmentSource;
import ai.orchard9.rdev.database.Database;
import ai.orchard9.rdev.database.DatabaseErrors;
import ai.orchard9.rdev.database.DatabaseModule;
import ai.orchard9.rdev.database.DbCommand;
import ai.orchard9.rdev.execution.Execution;
import ai.orchard9.rdev.execution.ExecutionConfig;
import ai.orchard9.rdev.execution.ExecutionModule;
import ai.orchard9.rdev.execution.spool.Spool;
import ai.orchard9.rdev.http.AddressRange;
import ai.orchard9.rdev.http.HttpModule;
import ai.orchard9.rdev.ops.OpsModule;
import ai.orchard9.rdev.ops.ReadyCheck;
import ai.orchard9.rdev.ops.task.AdminTasks;
import ai.orchard9.rdev.ops.task.CacheFlushTask;
import ai.orchard9.rdev.ops.task.CacheFlushes;
import ai.orchard9.rdev.ops.task.CircuitBreakerTask;
import ai.orchard9.rdev.ops.task.LimitsTask;
import ai.orchard9.rdev.project.ProjectCatalog;
import ai.orchard9.rdev.project.ProjectModule;
import ai.orchard9.rdev.ratelimit.ConfiguredLimits;
import ai.orchard9.rdev.ratelimit.Limits;
import ai.orchard9.rdev.ratelimit.RateLimitModule;
import ai.orchard9.rdev.runtime.BreakerGauge;
import ai.orchard9.rdev.runtime.Runtime;
import ai.orchard9.rdev.runtime.kubernetes.KubernetesConfig;
import ai.orchard9.rdev.runtime.kubernetes.KubernetesRuntime;
import ai.orchard9.rdev.runtime.local.LocalRuntime;
import ai.orchard9.rdev.stream.StreamModule;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.lifecycle.AutoCloseableManager;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/// The service. `run` is a table of contents: one line per feature.
public final class RdevApplication extends Application<RdevConfiguration> {

  private static final Duration SESSION_LIMIT = Duration.ofSeconds(10);

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

  /// Starts the command line: `server`, `check`, `db`, `keys`.
  public static void main(String[] arguments) throws Exception {
    var complaints = EnvironmentRule.complaints(RdevEnvironment.RULES, System.getenv());
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
    var registry = new PrometheusRegistry();
    var background = new BackgroundMetrics(registry);
    Files.createDirectories(configuration.getHome());

    var database =
        DatabaseModule.install(
            environment, configuration.getDatabase(), configuration.getHome(), background);
    var audit =
        AuditModule.install(
            environment,
            database.api(),
            database.background(),
            configuration.auditKey(),
            background,
            registry);
    var limits = limits(configuration, environment, database, audit, background, registry);
    var keys =
        ApiKeyModule.install(
            environment,
            database.api(),
            database.background(),
            configuration.adminKey(),
            audit,
            limits::rateLimitRps,
            background,
            registry);
    http(configuration, environment, registry, clock, keys, audit);
    var runtime = runtime(configuration, registry);
    environment.lifecycle().manage(new AutoCloseableManager(runtime));
    var projects = ProjectModule.install(environment, runtime, limits::cacheTtl, clock, registry);
    var output = output(configuration, environment, database, background, registry);
    var life = new ProjectEvents(database.background(), background);
    environment.lifecycle().manage(life);
    var commands = commands(configuration, database, projects, output, life, clock);
    var streams =
        StreamModule.install(
            environment,
            output,
            life,
            commands.service()::find,
            project -> projects.find(project).isPresent(),
            keys::endsOf,
            limits::maxStreams,
            StreamModule.SILENCE,
            clock,
            background,
            registry);
    commands.install(environment, streams.answer());
    var execution =
        execution(
            configuration,
            environment,
            database,
            limits,
            runtime,
            projects,
            commands,
            output,
            background,
            registry);
    var readiness = OpsModule.install(environment, registry, checks(database, projects));
    BeforeStop.install(environment, readiness::drain, streams.streams()::drain, execution::stop);
    var flushes =
        flushes(
            environment,
            database,
            Map.of("projects", projects::flush, "keys", keys::forgetKnown),
            background);
    AdminTasks.install(
        environment.admin(),
        audit,
        List.of(
            new CacheFlushTask(flushes),
            new CircuitBreakerTask(runtime.breaker()),
            new LimitsTask(limits)));
    FirstStart.announce(configuration, environment, database, audit);
  }

  private static ApiKeyService keys(RdevConfiguration configuration) {
    var jdbi = openDatabase(configuration);
    return ApiKeyModule.forCommand(jdbi, AuditModule.log(jdbi));
  }

  private static Jdbi openDatabase(RdevConfiguration configuration) {
    return DatabaseModule.openForCommand(configuration.getDatabase(), configuration.getHome());
  }

  private static void http(
      RdevConfiguration configuration,
      Environment environment,
      PrometheusRegistry registry,
      InstantSource clock,
      ApiKeyModule keys,
      AuditLog audit) {
    HttpModule.install(
        configuration,
        environment,
        registry,
        clock,
        keys.authenticator(),
        AddressRange.parseList(configuration.getTrustedProxies()),
        List.of(DatabaseErrors::translate),
        AuditModule.refusals(audit, registry));
  }

  private Limits limits(
      RdevConfiguration configuration,
      Environment environment,
      Database database,
      AuditLog audit,
      BackgroundMetrics background,
      PrometheusRegistry registry) {
    var configured =
        new ConfiguredLimits(
            configuration.getRateLimit().requestsPerSecond(),
            configuration.getRateLimit().window().toJavaDuration(),
            configuration.getExecution().concurrentCommands(),
            configuration.getExecution().maximumRunning(),
            configuration.getMaximumStreams(),
            configuration.getCacheTtl().toJavaDuration());
    return RateLimitModule.install(
        environment, database, audit, configured, clock, background, registry);
  }

  private static Runtime runtime(RdevConfiguration configuration, PrometheusRegistry registry)
      throws IOException {
    var projects = configuration.getRuntime();
    if (projects.backend().equals("kubernetes")) {
      return new KubernetesRuntime(
          new KubernetesConfig("", projects.namespace(), projects.spool(), KubernetesConfig.PING),
          registry);
    }
    BreakerGauge.register(registry, () -> "closed");
    return new LocalRuntime(Workspaces.prepare(configuration.workspaces()), configuration.spool());
  }

  private static OutputLog output(
      RdevConfiguration configuration,
      Environment environment,
      Database database,
      BackgroundMetrics background,
      PrometheusRegistry registry) {
    var server = UUID.randomUUID().toString();
    var output =
        new OutputLog(database.background(), database::connect, server, background, registry);
    var retention = configuration.getOutputRetention().toJavaDuration();
    environment.lifecycle().manage(output);
    environment
        .lifecycle()
        .manage(new OutputRetention(database.background(), retention, background));
    return output;
  }

  private static CommandModule commands(
      RdevConfiguration configuration,
      Database database,
      ProjectCatalog projects,
      OutputLog output,
      ProjectEvents life,
      InstantSource clock) {
    return CommandModule.create(
        database.api(),
        database.background(),
        projects,
        output,
        life,
        clock,
        configuration.getExecution().maximumWaiting(),
        ShellPolicy.of(configuration.getPolicy().shellDeny()),
        configuration.getExecution().claudeEnvironmentNames());
  }

  private static Execution execution(
      RdevConfiguration configuration,
      Environment environment,
      Database database,
      Limits limits,
      Runtime runtime,
      ProjectCatalog projects,
      CommandModule commands,
      OutputLog output,
      BackgroundMetrics background,
      PrometheusRegistry registry) {
    var settings = configuration.getExecution();
    return ExecutionModule.install(
        environment,
        commands.queue(),
        output,
        // The spool's own limit is a backstop for when no server counts.
        new Spool(runtime, 2 * settings.outputLimitBytes(), SESSION_LIMIT, registry),
        projects,
        new ExecutionConfig(
            limits::concurrentCommands,
            limits::maxRunningCommands,
            settings.outputLimitBytes(),
            settings.claudeCommand()),
        () -> database.hasBeenUpFor(Queue.lease()),
        background);
  }

  private static CacheFlushes flushes(
      Environment environment,
      Database database,
      Map<String, Runnable> caches,
      BackgroundMetrics background) {
    var flushes = new CacheFlushes(database.background(), caches, background);
    environment.lifecycle().manage(flushes);
    return flushes;
  }

  private static Map<String, ReadyCheck> checks(Database database, ProjectCatalog projects) {
    var checks = new LinkedHashMap<String, ReadyCheck>();
    checks.put("database", database::check);
    checks.put(
        "projects",
        () -> {
          projects.running();
          return "ok";
        });
    return checks;
  }
}
