package ai.orchard9.rdev.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// How a server is to be started: its folders, its projects and its settings.
public final class ServerSettings {
  private final Path home;
  private final Backend backend;
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> options = new ArrayList<>();
  private final List<String> wrapper = new ArrayList<>();
  private List<String> classes = List.of();
  private String main = "ai.orchard9.rdev.RdevApplication";
  private boolean testClasses;
  private boolean guest;
  private String heap = "512m";

  ServerSettings(Path home, Backend backend) {
    this.home = home;
    this.backend = backend;
    environment.put("RDEV_HOME", home.toString());
    environment.putAll(backend.environment());
    environment.put("RDEV_ADMIN_KEY", ServerProcess.KEY);
    // Tests poll, and measure: the rate limit has tests of its own.
    environment.put("RATE_LIMIT_RPS", "10000");
  }

  /// Another one that shares folders and settings.
  public ServerSettings twin() {
    var twin = new ServerSettings(home, backend);
    twin.guest = true;
    twin.environment.putAll(environment);
    twin.options.addAll(options);
    twin.heap = heap;
    twin.main = main;
    twin.testClasses = testClasses;
    return twin;
  }

  /// Uses a new database of a running PostgreSQL.
  public ServerSettings database(TestPostgres postgres) {
    return environment(
        postgres.createDatabase("d" + Long.toString(System.nanoTime(), Character.MAX_RADIX)));
  }

  /// The name of its database, where it was given one.
  String databaseName() {
    return Objects.requireNonNull(environment.get("DB_NAME"), "on an embedded PostgreSQL");
  }

  /// Sets a variable.
  public ServerSettings environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /// Sets variables.
  public ServerSettings environment(Map<String, String> variables) {
    environment.putAll(variables);
    return this;
  }

  /// Sets a key of `config.yml`.
  public ServerSettings setting(String key, String value) {
    return option("-Ddw." + key + "=" + value);
  }

  /// Gives the JVM an option.
  public ServerSettings option(String option) {
    options.add(option);
    return this;
  }

  /// Bounds the heap, as `-Xmx` takes it.
  public ServerSettings heap(String size) {
    heap = size;
    return this;
  }

  /// Starts by another main class, of the tests.
  public ServerSettings main(Class<?> type) {
    main = type.getName();
    testClasses = true;
    return this;
  }

  /// Says where its JVM has its classes from, where that is not what all servers have.
  ServerSettings classes(List<String> options) {
    classes = options;
    return this;
  }

  /// Puts words before `java`, as a namespace needs.
  public ServerSettings inside(String... words) {
    wrapper.addAll(List.of(words));
    return this;
  }

  /// The folder that it works in.
  public Path home() {
    return home;
  }

  /// Adds a project.
  public ServerSettings project(String name) {
    backend.add(name);
    return this;
  }

  /// Where its projects live.
  public Backend backend() {
    return backend;
  }

  /// Makes it without starting it.
  public ServerProcess build() {
    return new ServerProcess(this);
  }

  /// Starts it and waits until it is ready.
  public ServerProcess start() {
    var server = build();
    server.launch();
    server.awaitReady();
    return server;
  }

  /// Whether another one cleans up.
  boolean isGuest() {
    return guest;
  }

  /// What only its first life should meet is over.
  void survived() {
    environment.remove("RDEV_FAILPOINT");
  }

  /// The process, which is not started yet.
  ProcessBuilder process(Path log, int port, int adminPort) {
    var java = Path.of(System.getProperty("java.home"), "bin/java").toString();
    var command = new ArrayList<>(wrapper);
    command.addAll(List.of(java, "-Xmx" + heap));
    command.addAll(options);
    command.addAll(classes.isEmpty() ? ServerClasses.options(testClasses) : classes);
    command.addAll(List.of(main, "server"));
    command.add(Playground.project().resolve("config.yml").toString());
    var builder =
        new ProcessBuilder(command)
            .directory(Playground.project().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    builder.environment().put("PORT", Integer.toString(port));
    builder.environment().put("ADMIN_PORT", Integer.toString(adminPort));
    return builder;
  }
}
