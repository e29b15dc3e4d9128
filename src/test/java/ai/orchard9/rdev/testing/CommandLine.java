package ai.orchard9.rdev.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The service's commands, as somebody at a terminal runs them.
public final class CommandLine {
  private static final long LIMIT_SECONDS = 60;

  private CommandLine() {}

  /// How one ended, and what it said.
  public record Result(int status, String output, String errors) {}

  /// Runs `java -jar rdev-api.jar <arguments> config.yml` and waits for its end.
  ///
  /// @param environment beside what the tests themselves run in
  public static Result run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.add("-Xmx256m");
    command.addAll(ServerClasses.options(false));
    command.add("ai.orchard9.rdev.RdevApplication");
    command.addAll(List.of(arguments));
    command.add(Playground.project().resolve("config.yml").toString());
    var errors = Files.createTempFile("command", ".log");
    try {
      var builder = new ProcessBuilder(command).redirectError(errors.toFile());
      builder.environment().putAll(environment);
      var process = builder.start();
      var output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("still running: " + command);
      }
      return new Result(process.exitValue(), output, Files.readString(errors));
    } finally {
      Files.delete(errors);
    }
  }
}
