package ai.orchard9.rdev;

import ai.orchard9.rdev.apikey.ApiKeyModule;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.audit.AuditModule;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.BeforeStop;
import ai.orchard9.rdev.claudeconfig.ClaudeConfigModule;
import ai.orchard9.rdev.command.CommandModule;
import ai.orchard9.rdev.command.history.CommandHistory;
import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.output.OutputRetention;
import ai.orchard9.rdev.command.policy.ShellPolicy;
import ai.orchard9.rdev.command.queue.CommandRetention;
import ai.orchard9.rdev.command.queue.Queue;
import ai.orchard9.rdev.command.queue.QueueModule;
import ai.orchard9.rdev.console.ConsoleModule;
import ai.orchard9.rdev.console.Sessions;
import ai.orchard9.rdev.console.history.ServerHistory;
import ai.orchard9.rdev.database.Database;
import ai.orchard9.rdev.database.DatabaseErrors;
import ai.orchard9.rdev.execution.Execution;
import ai.orchard9.rdev.execution.ExecutionConfig;
import ai.orchard9.rdev.execution.ExecutionModule;
import ai.orchard9.rdev.execution.spool.Spool;
import ai.orchard9.rdev.http.AddressRange;
import ai.orchard9.rdev.http.HttpModule;
import ai.orchard9.rdev.ops.OpsModule;
import ai.orchard9.rdev.ops.Readiness;
import ai.orchard9.rdev.ops.ReadyCheck;
import ai.orchard9.rdev.ops.server.Drain;
import ai.orchard9.rdev.ops.server.Self;
import ai.orchard9.rdev.ops.server.Servers;
import ai.orchard9.rdev.ops.task.CacheFlushes;
import ai.orchard9.rdev.project.ProjectCatalog;
import ai.orchard9.rdev.project.ProjectModule;
import ai.orchard9.rdev.ratelimit.ConfiguredLimits;
import ai.orchard9.rdev.ratelimit.Limits;
import ai.orchard9.rdev.ratelimit.RateLimitModule;
import ai.orchard9.rdev.runtime.Breaker;
import ai.orchard9.rdev.runtime.BreakerGauge;
import ai.orchard9.rdev.runtime.ClusterToken;
import ai.orchard9.rdev.runtime.Runtime;
import ai.orchard9.rdev.runtime.kubernetes.KubernetesConfig;
import ai.orchard9.rdev.runtime.kubernetes.KubernetesRuntime;
import ai.orchard9.rdev.runtime.local.LocalRuntime;
import ai.orchard9.rdev.stream.OpenStreams;
import ai.orchard9.rdev.stream.StreamModule;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.lifecycle.AutoCloseableManager;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// What the service is made of: `install` is a table of contents, one line per feature.
final class Features {
  private static final Duration SESSION_LIMIT = Duration.ofSeconds(10);

  private final RdevConfiguration configuration;
  private final Environment environment;
  private final Database database;
  private final InstantSource clock;
  private final BackgroundMetrics background;

  /// Id of this server process among all that share the database.
  private final String server = UUID.randomUUID().toString();

  private final PrometheusRegistry registry;

  Features(
      RdevConfiguration configuration,
      Environment environment,
      Database database,
      InstantSource clock,
      BackgroundMetrics background,
      PrometheusRegistry registry) {
    this.configuration = configuration;
    this.environment = environment;
    this.database = database;
    this.clock = clock;
    this.background = background;
    this.registry = registry;
  }

  void install() throws IOException {
    var record = audit();
    var audit = record.log();
    var limits = limits(audit);
    var keys = keys(audit, limits);
    var sessions = new Sessions(database.api(), keys, audit);
    http(keys, sessions, audit);
    var runtime = runtime();
    var projects = ProjectModule.install(environment, runtime, limits::cacheTtl, clock, registry);
    var claude = ClaudeConfigModule.install(environment, runtime, projects, audit, clock);
    var output = output();
    var life = life();
    var queue = queue(limits, output, life);
    var commands = commands(queue, projects, output);
    var streams = streams(limits, keys, projects, commands, output, life);
    commands.install(environment, streams.answer());
    var webhooks =
        Webhooks.install(
            configuration, environment, database, clock, life, audit, background, registry);
    var execution = execution(limits, runtime, projects, queue, output);
    var console = ConsoleModule.install(environment, sessions, configuration.templates());
    console.overview(
        projects,
        commands,
        queue,
        keys.service(),
        webhooks,
        () -> breakerState(runtime),
        history(),
        serverHistory(streams.streams(), runtime),
        clock);
    console.commands(projects, commands, queue, output, streams);
    console.claudeConfig(projects, claude);
    console.keys(keys.service());
    console.queue(projects, commands, queue, audit);
    console.limits(limits);
    console.webhooks(webhooks);
    console.audit(record.service());
    var readiness = OpsModule.install(environment, registry, checks(projects));
    var servers = servers(life, record, streams.streams());
    var drain = drain(servers, readiness, streams.streams(), execution);
    var operators = new OperatorTasks();
    operators.caches(flushes(projects, keys));
    operators.cluster(projects, runtime.breaker());
    operators.commands(commands.service(), queue, keys.service(), servers);
    operators.keys(keys.service(), queue.roundup());
    operators.limits(limits);
    operators.servers(servers, drain, queue.roundup());
    operators.streams(streams.streams());
    operators.webhooks(Webhooks.task(webhooks));
    operators.install(environment.admin(), audit);
    BeforeStop.install(
        environment,
        drain::close,
        readiness::drain,
        servers::leave,
        streams.streams()::drain,
        execution::stop);
    FirstStart.announce(configuration, environment, database, audit);
  }

  private CacheFlushes flushes(ProjectCatalog projects, ApiKeyModule keys) {
    var caches = Map.<String, Runnable>of("projects", projects::flush, "keys", keys::forgetKnown);
    var flushes = new CacheFlushes(database.background(), caches, background);
    environment.lifecycle().manage(flushes);
    return flushes;
  }

  private Servers servers(ProjectEvents life, AuditModule record, OpenStreams streams) {
    var self =
        new Self(
            server,
            Self.hostName(),
            Self.releasedVersion(),
            () -> streams.list().size(),
            life::sinceNumbering,
            record.sinceSealing());
    var servers = new Servers(database.api(), database.background(), self, background);
    environment.lifecycle().manage(servers);
    return servers;
  }

  private Drain drain(
      Servers servers, Readiness readiness, OpenStreams streams, Execution execution) {
    var parts = new DrainedParts(readiness, streams, execution);
    var drain = new Drain(servers, parts, clock, background);
    environment.lifecycle().manage(drain);
    return drain;
  }

  private AuditModule audit() {
    return AuditModule.install(
        environment,
        database.api(),
        database.background(),
        configuration.auditKey(),
        background,
        registry);
  }

  private Limits limits(AuditLog audit) {
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

  private ApiKeyModule keys(AuditLog audit, Limits limits) {
    return ApiKeyModule.install(
        environment,
        database.api(),
        database.background(),
        configuration.adminKey(),
        audit,
        limits::rateLimitRps,
        background,
        registry);
  }

  private void http(ApiKeyModule keys, Sessions sessions, AuditLog audit) {
    HttpModule.install(
        configuration,
        environment,
        registry,
        clock,
        keys.authenticator(),
        sessions,
        AddressRange.parseList(configuration.getTrustedProxies()),
        List.of(DatabaseErrors::translate),
        AuditModule.refusals(audit, registry));
  }

  private Runtime runtime() throws IOException {
    ClusterToken.register(registry, ClusterToken.MOUNTED);
    var runtime =
        configuration.getRuntime().backend().equals("kubernetes") ? kubernetes() : local();
    environment.lifecycle().manage(new AutoCloseableManager(runtime));
    return runtime;
  }

  private Runtime kubernetes() {
    var settings = configuration.getRuntime();
    return new KubernetesRuntime(
        new KubernetesConfig("", settings.namespace(), settings.spool(), KubernetesConfig.PING),
        registry);
  }

  private Runtime local() throws IOException {
    BreakerGauge.register(registry, () -> "closed");
    return new LocalRuntime(Workspaces.prepare(configuration.workspaces()), configuration.spool());
  }

  private OutputLog output() {
    var output =
        new OutputLog(database.background(), database::connect, server, background, registry);
    var retention = configuration.getOutputRetention().toJavaDuration();
    environment.lifecycle().manage(output);
    environment
        .lifecycle()
        .manage(new OutputRetention(database.background(), retention, background));
    return output;
  }

  private ProjectEvents life() {
    var life = new ProjectEvents(database.background(), background);
    environment.lifecycle().manage(life);
    return life;
  }

  private QueueModule queue(Limits limits, OutputLog output, ProjectEvents life) {
    var module =
        QueueModule.install(
            environment.lifecycle(),
            database.api(),
            database.background(),
            database::connect,
            life,
            output,
            configuration.getAging().toJavaDuration(),
            limits::concurrentCommands,
            background,
            registry);
    var retention = configuration.getCommandRetention().toJavaDuration();
    environment
        .lifecycle()
        .manage(new CommandRetention(database.background(), life, retention, background));
    return module;
  }

  private CommandHistory history() {
    return CommandHistory.install(
        environment.lifecycle(), database.api(), database.background(), background);
  }

  private ServerHistory serverHistory(OpenStreams streams, Runtime runtime) {
    return ServerHistory.install(
        environment.lifecycle(),
        database.api(),
        database.background(),
        server,
        () -> streams.list().size(),
        () -> breakerState(runtime),
        background);
  }

  private static String breakerState(Runtime runtime) {
    return runtime.breaker().map(Breaker::state).orElse("closed");
  }

  private CommandModule commands(QueueModule queue, ProjectCatalog projects, OutputLog output) {
    return CommandModule.create(
        database.api(),
        queue,
        projects,
        output,
        clock,
        configuration.getExecution().maximumWaiting(),
        ShellPolicy.of(configuration.getPolicy().shellDeny()),
        configuration.getClaude().allowedNames());
  }

  private StreamModule streams(
      Limits limits,
      ApiKeyModule keys,
      ProjectCatalog projects,
      CommandModule commands,
      OutputLog output,
      ProjectEvents life) {
    return StreamModule.install(
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
  }

  private Execution execution(
      Limits limits,
      Runtime runtime,
      ProjectCatalog projects,
      QueueModule queue,
      OutputLog output) {
    var settings = configuration.getExecution();
    return ExecutionModule.install(
        environment,
        server,
        queue.queue(),
        queue.line(),
        output,
        // The spool's own limit is a backstop for when no server counts.
        new Spool(runtime, 2 * settings.outputLimitBytes(), SESSION_LIMIT, registry),
        projects,
        new ExecutionConfig(
            limits::concurrentCommands,
            limits::maxRunningCommands,
            settings.outputLimitBytes(),
            configuration.getClaude().config()),
        configuration.getMetricsProjects(),
        () -> database.hasBeenUpFor(Queue.lease()),
        background,
        registry);
  }

  private Map<String, ReadyCheck> checks(ProjectCatalog projects) {
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
