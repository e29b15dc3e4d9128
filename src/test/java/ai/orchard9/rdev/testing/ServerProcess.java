package ai.orchard9.rdev.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The service as an operator runs it: a process of its own, which can be killed, hung and started
/// again on the same folders and ports.
public final class ServerProcess implements AutoCloseable {
  /// The admin key of every server that tests start.
  public static final String KEY = "rdev_test_admin_key_0123456789";

  private static final Duration READY_WITHIN = Duration.ofSeconds(90);

  private final Builder made;
  private final Path log;
  private final int port = Playground.freePort();
  private final int adminPort = Playground.freePort();
  private @Nullable Process process;

  private ServerProcess(Builder made) {
    this.made = made;
    this.log = made.home.resolve("server-" + port + ".log");
  }

  /// A server with folders of its own.
  public static Builder named(String name) {
    var home = Playground.folder(name);
    return new Builder(home, Backend.of(home));
  }

  /// A server with a folder of its own and these projects.
  public static Builder named(String name, Backend backend) {
    return new Builder(Playground.folder(name), backend);
  }

  /// How a server is to be started.
  public static final class Builder {
    private final Path home;
    private final Backend backend;
    private final Map<String, String> environment = new HashMap<>();
    private final List<String> options = new ArrayList<>();
    private final List<String> wrapper = new ArrayList<>();
    private String main = "ai.orchard9.rdev.RdevApplication";
    private boolean testClasses;
    private boolean guest;
    private String heap = "512m";

    private Builder(Path home, Backend backend) {
      this.home = home;
      this.backend = backend;
      environment.put("RDEV_HOME", home.toString());
      environment.putAll(backend.environment());
      environment.put("RDEV_ADMIN_KEY", KEY);
      // Tests poll, and measure: the rate limit has tests of its own.
      environment.put("RATE_LIMIT_RPS", "10000");
    }

    /// Another one that shares folders and settings.
    public Builder twin() {
      var twin = new Builder(home, backend);
      twin.guest = true;
      twin.environment.putAll(environment);
      twin.options.addAll(options);
      twin.heap = heap;
      return twin;
    }

    /// Uses a new database of a running PostgreSQL.
    public Builder database(TestPostgres postgres) {
      return environment(
          postgres.createDatabase("d" + Long.toString(System.nanoTime(), Character.MAX_RADIX)));
    }

    /// Sets a variable.
    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /// Sets variables.
    public Builder environment(Map<String, String> variables) {
      environment.putAll(variables);
      return this;
    }

    /// Sets a key of `config.yml`.
    public Builder setting(String key, String value) {
      return option("-Ddw." + key + "=" + value);
    }

    /// Gives the JVM an option.
    public Builder option(String option) {
      options.add(option);
      return this;
    }

    /// Bounds the heap, as `-Xmx` takes it.
    public Builder heap(String size) {
      heap = size;
      return this;
    }

    /// Starts by another main class, of the tests.
    public Builder main(Class<?> type) {
      main = type.getName();
      testClasses = true;
      return this;
    }

    /// Puts words before `java`, as a namespace needs.
    public Builder inside(String... words) {
      wrapper.addAll(List.of(words));
      return this;
    }

    /// The folder that it works in.
    public Path home() {
      return home;
    }

    /// Adds a project.
    public Builder project(String name) {
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
  }

  /// Starts the process, again too, and does not wait.
  public void launch() {
    if (isAlive()) {
      throw new IllegalStateException("runs already");
    }
    var java = Path.of(System.getProperty("java.home"), "bin/java").toString();
    var command = new ArrayList<>(made.wrapper);
    command.addAll(List.of(java, "-Xmx" + made.heap, "--enable-native-access=ALL-UNNAMED"));
    command.addAll(made.options);
    command.addAll(List.of("-classpath", classpath(), made.main, "server"));
    command.add(Playground.project().resolve("config.yml").toString());
    var builder =
        new ProcessBuilder(command)
            .directory(Playground.project().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(made.environment);
    builder.environment().put("PORT", Integer.toString(port));
    builder.environment().put("ADMIN_PORT", Integer.toString(adminPort));
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String classpath() {
    return String.join(
        File.pathSeparator,
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(it -> made.testClasses || !it.endsWith("test-classes"))
            .toList());
  }

  /// Starts it again without what only its first life should meet, and waits until it is ready.
  public void restart() {
    made.environment.remove("RDEV_FAILPOINT");
    launch();
    awaitReady();
  }

  /// Waits until it says that it is ready.
  public void awaitReady() {
    await("ready, see " + log)
        .atMost(READY_WITHIN)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              if (!isAlive()) {
                throw new IllegalStateException("did not start:\n" + tail());
              }
              return isReady();
            });
  }

  /// Whether it says that it is ready.
  public boolean isReady() {
    try (var client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(1))
            .build()) {
      var request =
          HttpRequest.newBuilder(uri().resolve("/ready")).timeout(Duration.ofSeconds(5)).build();
      return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private Process process() {
    return Objects.requireNonNull(process, "not launched");
  }

  /// The process id.
  public long pid() {
    return process().pid();
  }

  /// Whether the process lives.
  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  /// Ends it at once, with no chance to do anything.
  public void kill9() {
    Processes.signal("KILL", pid());
    awaitDeath(Duration.ofSeconds(20));
  }

  /// Asks it to end, as an orchestrator does.
  public void terminate() {
    Processes.signal("TERM", pid());
  }

  /// Asks it to end and waits.
  ///
  /// @return its exit status
  public int stop() {
    terminate();
    awaitDeath(Duration.ofSeconds(40));
    return process().exitValue();
  }

  /// Waits until the process has ended by itself.
  public void awaitDeath(Duration within) {
    try {
      if (!process().waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("still running after " + within + ":\n" + tail());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// Hangs the server, and only the server: its commands go on.
  public void pause() {
    Processes.signal("STOP", pid());
  }

  /// Lets it go on.
  public void resume() {
    Processes.signal("CONT", pid());
  }

  /// Where the API answers.
  public URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /// Where operators' tasks answer.
  public URI adminUri() {
    return URI.create("http://127.0.0.1:" + adminPort);
  }

  /// A client with the admin key.
  public ApiClient client() {
    return new ApiClient(uri(), KEY);
  }

  /// Where it keeps what it has to keep.
  public Path home() {
    return made.home;
  }

  /// The work directory of a project.
  public Path workspace(String project) {
    return made.backend.workspace(project);
  }

  /// Where its commands' spools lie.
  public Path spool() {
    return made.backend.spool();
  }

  /// Live processes and zombies of commands, their supervisors and followers.
  public List<String> leftBehind() {
    return made.backend.leftBehind();
  }

  /// All it has logged.
  public String log() {
    try {
      return Files.exists(log) ? new String(Files.readAllBytes(log), UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether it was this server that started a command which runs.
  public boolean hasStarted(String id) {
    var request = client().command(id).path("request_id").asText();
    return log().lines().anyMatch(it -> it.contains("command started") && it.endsWith(request));
  }

  /// When it last logged such a line.
  public Instant lastLogged(String phrase) {
    var line = log().lines().filter(it -> it.contains(phrase)).reduce((_, later) -> later);
    return Instant.parse(line.orElseThrow().split(" ", 2)[0]);
  }

  private String tail() {
    var text = log();
    return text.substring(Math.max(0, text.length() - 6000));
  }

  /// Kills it and, unless it is a twin, everything that works in its folders, a PostgreSQL too.
  @Override
  public void close() {
    if (isAlive()) {
      Processes.signal("KILL", pid());
      awaitDeath(Duration.ofSeconds(20));
    }
    if (!made.guest) {
      Playground.killAll(made.home);
      made.backend.close();
    }
  }
}
