package ai.orchard9.rdev.execution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The scripts that run in pods are POSIX sh, as ShellCheck and the shells there see it.
final class ScriptsTest {
  private static final Path FOLDER = Path.of("src/main/resources/ai/orchard9/rdev/execution");

  @ParameterizedTest
  @ValueSource(strings = {"spool.sh", "git.sh"})
  void shellCheckFindsNothing(String script) throws Exception {
    assumeThat(isThere("shellcheck")).as("shellcheck is installed").isTrue();

    assertThat(run("shellcheck", "--shell=sh", FOLDER.resolve(script).toString())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dash -n", "bash --posix -n", "busybox sh -n"})
  void everyShellReadsThem(String shell) throws Exception {
    var words = List.of(shell.split(" ", -1));
    assumeThat(isThere(words.getFirst())).as(shell + " is installed").isTrue();

    for (var script : List.of("spool.sh", "git.sh")) {
      var command = Stream.concat(words.stream(), Stream.of(FOLDER.resolve(script).toString()));
      assertThat(run(command.toArray(String[]::new))).as(script).isEmpty();
    }
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .anyMatch(it -> Files.isExecutable(Path.of(it, program)));
  }

  private static String run(String... command) throws IOException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }
}
