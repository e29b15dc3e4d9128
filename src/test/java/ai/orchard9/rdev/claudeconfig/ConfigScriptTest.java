package ai.orchard9.rdev.claudeconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The script that runs in pods is POSIX sh, as ShellCheck and the shells there see it.
final class ConfigScriptTest {
  private static final String SCRIPT = "src/main/resources/ai/orchard9/rdev/claudeconfig/config.sh";

  @ParameterizedTest
  @ValueSource(strings = {"shellcheck --shell=sh", "dash -n", "bash --posix -n", "busybox sh -n"})
  void isUnderstood(String reader) throws Exception {
    var command = new ArrayList<>(List.of(reader.split(" ", -1)));
    assumeThat(isThere(command.getFirst())).as(reader + " is installed").isTrue();
    command.add(SCRIPT);

    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).isEmpty();
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .anyMatch(it -> Files.isExecutable(Path.of(it, program)));
  }
}
