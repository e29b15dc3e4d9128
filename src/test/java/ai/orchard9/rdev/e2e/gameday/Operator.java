package ai.orchard9.rdev.e2e.gameday;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.Playground;
import ai.orchard9.rdev.testing.Psql;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.ShellCommands.Given;
import ai.orchard9.rdev.testing.TestPostgres;
import ai.orchard9.rdev.testing.cluster.FakeCluster;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Who is on call: pastes a runbook's commands into a shell as they are, with what stands in angle
/// brackets filled in. `kubectl` is a stand-in; what it runs and asks is real.
final class Operator {
  private static final Path PROGRAMS = Playground.project().resolve("src/test/resources/gameday");
  private static final Pattern PLACEHOLDER = Pattern.compile("<[a-z-]+>");

  private final Path folder = Playground.folder("on-call");
  private final ServerProcess server;
  private final TestPostgres postgres;
  private final Map<String, String> environment;

  Operator(ServerProcess server, TestPostgres postgres, FakeCluster cluster) {
    this.server = server;
    this.postgres = postgres;
    this.environment =
        Map.of(
            "API_KEY", ServerProcess.KEY,
            "GAMEDAY_API", server.uri().toString(),
            "GAMEDAY_ADMIN", server.adminUri().toString(),
            "GAMEDAY_CLUSTER", cluster.url(),
            "GAMEDAY_TOKEN", cluster.tokenFile().toString(),
            "GAMEDAY_LOG", server.logFile().toString(),
            "PATH", path());
  }

  private static String path() {
    var jdk = Path.of(System.getProperty("java.home"), "bin");
    return String.join(
        File.pathSeparator, PROGRAMS.toString(), jdk.toString(), System.getenv("PATH"));
  }

  /// What a command line showed.
  record Shown(int status, List<String> lines) {}

  /// Runs a command that has to work, and shows what it said.
  ///
  /// @param values placeholders with what to fill in, as `project-id=demo`
  List<String> run(Given given, String... values) {
    var shown = attempt(given, values);
    assertThat(shown.status()).as("%s%n%s", given.text(), shown.lines()).isZero();
    return shown.lines();
  }

  /// Runs a command that may fail, and shows what it said.
  Shown attempt(Given given, String... values) {
    var command = hurried(filled(given.text(), values));
    if (!given.inside().startsWith("psql ")) {
      return shell(command);
    }
    try {
      return new Shown(0, Psql.of(postgres, server.database()).run(command));
    } catch (IllegalStateException failed) {
      return new Shown(2, List.of(String.valueOf(failed.getMessage())));
    }
  }

  /// On a game day, what takes minutes takes seconds.
  private static String hurried(String command) {
    return command
        .replace("seconds=30", "seconds=1")
        .replace("interval '1 minute'", "interval '0.1 seconds'");
  }

  private static String filled(String command, String... values) {
    var filled = command;
    for (var value : values) {
      var parts = value.split("=", 2);
      assertThat(filled).contains("<" + parts[0] + ">");
      filled = filled.replace("<" + parts[0] + ">", parts[1]);
    }
    assertThat(PLACEHOLDER.matcher(filled).find()).as("all filled in: " + filled).isFalse();
    return filled;
  }

  private Shown shell(String command) {
    var builder =
        new ProcessBuilder("bash", "-c", command)
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      var process = builder.start();
      var output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(command).isTrue();
      return new Shown(process.exitValue(), output.lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
