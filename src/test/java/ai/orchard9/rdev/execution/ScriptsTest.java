package ai.orchard9.rdev.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The scripts that run in pods are POSIX sh, as ShellCheck and the shells there see it.
final class ScriptsTest {
  /// Seconds that nobody else sleeps.
  private static final String NAP = "77777";

  /// As a stream runs what reads for it; the reader asks for the end just as it comes to be.
  private static final String READERS_THAT_END_IT =
      """
      own() { kill -TERM "$r_me"; exec sleep "$1"; }
      reader() {
        read -r r_me r_x </proc/self/stat
        take_along
        exec 3</dev/null
        child true
        child own "$1"
      }
      i=0
      while [ $i -lt 1500 ]; do
        i=$((i + 1))
        (reader "$1") >/dev/null 2>&1 &
        wait
      done 2>/dev/null
      """;

  private static final String ENDED_AT_ANY_POINT =
      """
      true &
      wait
      i=0
      while [ $i -lt 1000 ]; do
        i=$((i + 1)) j=0
        (watchdog "$1") >/dev/null 2>&1 &
        while [ $j -lt $i ]; do j=$((j + 1)); done
        kill -TERM $!
        wait
      done 2>/dev/null
      """;

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

  /// A command may end while its watchdog is being set up, at any point of that.
  @ParameterizedTest
  @ValueSource(strings = {"dash", "bash --posix", "busybox sh"})
  void theWatchdogLeavesNoSleepWheneverItIsEnded(String shell) throws Exception {
    assertLeavesNothing(shell, List.of("take_along", "watchdog"), ENDED_AT_ANY_POINT);
  }

  /// A stream may be ended just as it begins to read.
  @ParameterizedTest
  @ValueSource(strings = {"dash", "bash --posix", "busybox sh"})
  void aStreamLeavesNoReaderWheneverItIsEnded(String shell) throws Exception {
    assertLeavesNothing(shell, List.of("take_along", "child"), READERS_THAT_END_IT);
  }

  private static void assertLeavesNothing(String shell, List<String> functions, String use)
      throws Exception {
    var words = List.of(shell.split(" ", -1));
    assumeThat(isThere(words.getFirst())).as(shell + " is installed").isTrue();
    var spool = Files.readString(FOLDER.resolve("spool.sh"));
    var script = new StringBuilder();
    functions.forEach(it -> script.append(function(spool, it)));
    var command = Stream.concat(words.stream(), Stream.of("-c", script + use, "sh", NAP));

    assertThat(run(command.toArray(String[]::new))).isEmpty();

    var left =
        ProcessHandle.allProcesses()
            .filter(it -> it.info().commandLine().orElse("").endsWith("sleep " + NAP))
            .toList();
    left.forEach(ProcessHandle::destroy);
    assertThat(left).isEmpty();
  }

  private static String function(String script, String name) {
    var begin = script.indexOf("\n" + name + "() {");
    return script.substring(begin, script.indexOf("\n}\n", begin) + 3);
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .anyMatch(it -> Files.isExecutable(Path.of(it, program)));
  }

  private static String run(String... command) throws Exception {
    var said = Files.createTempFile("script", ".out");
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
      return Files.readString(said);
    } finally {
      process.destroyForcibly();
      Files.delete(said);
    }
  }
}
