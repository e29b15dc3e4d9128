package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.command.CommandModule;
import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.command.output.Commands;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.policy.ShellPolicy;
import ai.orchard9.rdev.command.queue.QueueModule;
import ai.orchard9.rdev.database.DatabaseErrors;
import ai.orchard9.rdev.database.DatabaseTarget;
import ai.orchard9.rdev.database.Listener;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Authentication;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.HttpModule;
import ai.orchard9.rdev.http.RunBudget;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.project.ProjectModule;
import ai.orchard9.rdev.runtime.local.LocalRuntime;
import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The streams over a real database and a real Jetty, with commands that tests write themselves.
public final class StreamApplication extends Application<Configuration> {

  /// Where the next application's database is; set before it starts.
  static volatile @Nullable DatabaseTarget target;

  static volatile int mostStreams = 10_000;
  static volatile Duration silence = Duration.ofSeconds(15);

  private @Nullable Commands rows;
  private @Nullable OutputLog log;
  private @Nullable ProjectEvents life;
  private @Nullable StreamModule streams;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private volatile Optional<String> endOfKeys = Optional.empty();

  Commands rows() {
    return present(rows);
  }

  OutputLog log() {
    return present(log);
  }

  ProjectEvents life() {
    return present(life);
  }

  OpenStreams streams() {
    return present(streams).streams();
  }

  PrometheusRegistry registry() {
    return registry;
  }

  void endKeys(Optional<String> code) {
    endOfKeys = code;
  }

  @Override
  public void initialize(Bootstrap<Configuration> bootstrap) {
    HttpModule.initialize(bootstrap);
  }

  @Override
  public void run(Configuration configuration, Environment environment) throws Exception {
    var background = new BackgroundMetrics(registry);
    var clock = InstantSource.system();
    var where = present(target);
    HttpModule.install(
        configuration,
        environment,
        registry,
        clock,
        StreamApplication::authenticate,
        StreamApplication::authenticate,
        List.of(),
        List.of(DatabaseErrors::translate),
        _ -> {});
    var made = new Commands(where);
    rows = made;
    Listener.Source connections =
        () -> DriverManager.getConnection(where.jdbcUrl(), where.user(), where.password().value());
    var output = new OutputLog(made.jdbi(), connections, "server-a", background, registry);
    log = output;
    environment.lifecycle().manage(output);
    var events = new ProjectEvents(made.jdbi(), background);
    life = events;
    environment.lifecycle().manage(events);
    Path workspaces = Files.createTempDirectory("workspaces");
    Files.createDirectory(workspaces.resolve("demo"));
    var projects =
        ProjectModule.install(
            environment,
            new LocalRuntime(workspaces, workspaces.resolveSibling("spool")),
            () -> Duration.ofSeconds(30),
            clock,
            new PrometheusRegistry());
    var queue =
        QueueModule.install(
            environment.lifecycle(),
            made.jdbi(),
            made.jdbi(),
            connections,
            events,
            output,
            Duration.ofMinutes(10),
            () -> 5,
            background,
            registry);
    var commands =
        CommandModule.create(
            made.jdbi(), queue, projects, output, clock, 100, ShellPolicy.of(Map.of()), Set.of());
    var module =
        StreamModule.install(
            environment,
            output,
            events,
            id -> commands.service().find(id),
            "demo"::equals,
            callers ->
                endOfKeys
                    .map(code -> callers.stream().collect(Collectors.toMap(it -> it, _ -> code)))
                    .orElse(Map.of()),
            () -> mostStreams,
            silence,
            clock,
            background,
            registry);
    streams = module;
    commands.install(environment, module.answer());
  }

  private static Authentication authenticate(String key, String clientAddress) {
    return switch (key) {
      case "reader" -> new Authentication.Accepted(reader("reader", Optional.empty()));
      case "other" ->
          new Authentication.Accepted(reader("other", Optional.of(Set.of("other-project"))));
      default -> new Authentication.Refused(new ApiException.Unauthenticated("not a key"), null);
    };
  }

  private static Caller reader(String name, Optional<Set<String>> projects) {
    return new Caller(
        null,
        name,
        name,
        Set.of(Scope.PROJECTS_READ),
        projects,
        Optional.empty(),
        Optional.empty(),
        RunBudget.NONE,
        Optional.empty());
  }

  private static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("not running");
    }
    return value;
  }
}
