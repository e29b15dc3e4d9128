package ai.orchard9.rdev.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The scripts that run in pods are POSIX sh, as ShellCheck and the shells there see it.
final class ScriptsTest {
  /// Seconds that nobody else sleeps.
  private static final String NAP = "77777";

  /// As a stream runs what reads for it.
  private static final String READER =
      """
      reader() {
        take_along
        exec 3</dev/null
        child true
        child sleep "$1"
      }
      """;

  private static final String ENDED_AT_ANY_POINT =
      """
      true &
      wait
      i=0
      while [ $i -lt 1000 ]; do
        i=$((i + 1)) j=0
        ("$2" "$1") >/dev/null 2>&1 &
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

  /// A command may end while its watchdog or its readers are being set up, at any point of that.
  @ParameterizedTest
  @CsvSource({
    "dash,watchdog",
    "bash --posix,watchdog",
    "busybox sh,watchdog",
    "dash,reader",
    "bash --posix,reader",
    "busybox sh,reader"
  })
  void nothingIsLeftOfWhatIsEndedAtAnyPoint(String shell, String what) throws Exception {
    var words = List.of(shell.split(" ", -1));
    assumeThat(isThere(words.getFirst())).as(shell + " is installed").isTrue();
    var script = Files.readString(FOLDER.resolve("spool.sh"));
    var functions =
        function(script, "take_along")
            + function(script, "child")
            + function(script, "watchdog")
            + READER;
    var command =
        Stream.concat(
            words.stream(), Stream.of("-c", functions + ENDED_AT_ANY_POINT, "sh", NAP, what));

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
