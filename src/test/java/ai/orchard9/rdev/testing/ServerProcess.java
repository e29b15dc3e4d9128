package ai.orchard9.rdev.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

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
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The service as an operator runs it: a process of its own, which can be killed, hung and started
/// again on the same folders and ports.
public final class ServerProcess implements AutoCloseable {
  /// The admin key of every server that tests start.
  public static final String KEY = "rdev_test_admin_key_0123456789";

  private static final Duration READY_WITHIN = Duration.ofSeconds(90);

  private final ServerSettings settings;
  private final Path log;
  private final int port = Playground.freePort();
  private final int adminPort = Playground.freePort();
  private @Nullable Process process;

  ServerProcess(ServerSettings settings) {
    this.settings = settings;
    this.log = settings.home().resolve("server-" + port + ".log");
  }

  /// A server with folders of its own.
  public static ServerSettings named(String name) {
    var home = Playground.folder(name);
    return new ServerSettings(home, Backend.of(home));
  }

  /// A server with a folder of its own and these projects.
  public static ServerSettings named(String name, Backend backend) {
    return new ServerSettings(Playground.folder(name), backend);
  }

  /// Starts the process, again too, and does not wait.
  public void launch() {
    if (isAlive()) {
      throw new IllegalStateException("runs already");
    }
    try {
      process = settings.process(log, port, adminPort).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Starts it again without what only its first life should meet, and waits until it is ready.
  public void restart() {
    settings.survived();
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

  /// An operator's client.
  public AdminClient admin() {
    return new AdminClient(adminUri());
  }

  /// A client with the admin key.
  public ApiClient client() {
    return new ApiClient(uri(), KEY);
  }

  /// The name of its database, where it was given one.
  public String database() {
    return settings.databaseName();
  }

  /// Where it keeps what it has to keep.
  public Path home() {
    return settings.home();
  }

  /// The work directory of a project.
  public Path workspace(String project) {
    return settings.backend().workspace(project);
  }

  /// Where its commands' spools lie.
  public Path spool() {
    return settings.backend().spool();
  }

  /// Live processes and zombies of commands, their supervisors and followers.
  public List<String> leftBehind() {
    return settings.backend().leftBehind();
  }

  /// The file that it logs to.
  public Path logFile() {
    return log;
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
    return hasLogged(id, "command started");
  }

  /// Whether it has logged such a line about a command.
  public boolean hasLogged(String id, String phrase) {
    var request = client().command(id).path("request_id").asText();
    return log().lines().anyMatch(it -> it.contains(phrase) && it.endsWith(request));
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
    if (!settings.isGuest()) {
      Playground.killAll(settings.home());
      settings.backend().close();
    }
  }
}
