package ai.orchard9.rdev.execution.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.execution.spool.Bench.Outcome;
import ai.orchard9.rdev.testing.Processes;
import ai.orchard9.rdev.testing.ProjectShell;
import ai.orchard9.rdev.testing.Repetitions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@MethodSource("ai.orchard9.rdev.testing.ProjectShell#tested")
class SpoolStartTest {
  private static final ExitRecord CLEAN = new ExitRecord(0, true, false, 0, false);

  @Parameter ProjectShell shell = ProjectShell.DASH;
  private Bench bench;

  @BeforeEach
  void open() throws Exception {
    assumeTrue(shell.isInstalled(), shell + " is not installed");
    bench = new Bench(shell);
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  private Outcome run(String text) throws Exception {
    return bench.run(text).finish();
  }

  @Test
  void printsAndEnds() throws Exception {
    var outcome = run("echo hi; echo there >&2");

    assertThat(outcome.out()).isEqualTo("hi\n");
    assertThat(outcome.err()).isEqualTo("there\n");
    assertThat(outcome.record()).isEqualTo(CLEAN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exit 7|7",
        "kill -9 $$|137",
        "kill -TERM $$|143",
        "exec false|1",
        "set -e; false; echo no|1",
        "nosuchprogram|127",
        "exit 256|0"
      })
  void tellsTheStatus(String text, int exit) throws Exception {
    var outcome = run(text);

    assertThat(outcome.record()).isEqualTo(new ExitRecord(exit, true, false, 0, false));
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void keepsEveryByteAsItIs() throws Exception {
    assertThat(run("printf '\\377\\376\\000'").stdout()).containsExactly(0xff, 0xfe, 0);
    assertThat(run("printf 'a\\r\\nb\\r\\n'").out()).isEqualTo("a\r\nb\r\n");
    assertThat(run("printf x; printf y >&2").out()).isEqualTo("x");
    assertThat(run("true").stdout()).isEmpty();
    var line = run("head -c 10485760 /dev/zero | tr '\\0' x");
    assertThat(line.stdout()).hasSize(10 << 20).containsOnly('x');
  }

  @Test
  void writesToTheStreamsByName() throws Exception {
    var outcome = run("echo a; echo b >/dev/stdout; echo c >/dev/stderr; echo d >/dev/stderr");

    assertThat(outcome.out()).isEqualTo("a\nb\n");
    assertThat(outcome.err()).isEqualTo("c\nd\n");
  }

  @Test
  void takesMuchOnStderrBeforeAnythingOnStdout() throws Exception {
    var outcome = run("head -c 300000 /dev/zero >&2; echo o");

    assertThat(outcome.stderr()).hasSize(300_000);
    assertThat(outcome.out()).isEqualTo("o\n");
  }

  @Test
  void doesNotWaitForWhatIsLeftInTheBackground() throws Exception {
    long begin = System.nanoTime();
    var outcome = run("sleep " + bench.sleep + " & echo hi");

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
    assertThat(outcome.out()).isEqualTo("hi\n");
    assertThat(outcome.record()).isEqualTo(new ExitRecord(0, true, false, 1, false));
    assertThat(bench.sleepers()).hasSize(1);
  }

  @Test
  void letsWhatIsLeftPrintIntoNothing() throws Exception {
    var proof = bench.home.resolve("proof");
    var outcome =
        run(
            "(trap 'echo pipe >"
                + proof
                + "' PIPE; while [ ! -e "
                + bench.home
                + "/stop ]; do echo noise; sleep 0.01; done; echo fine >"
                + proof
                + ") & echo hi");

    // The two print at the same time: which line is first, nobody says.
    assertThat(outcome.out()).contains("hi\n").doesNotContain("MARK");
    assertThat(outcome.record().exit()).isZero();
    assertThat(outcome.record().background()).isPositive();
    Files.createFile(bench.home.resolve("stop"));
    await(() -> Files.exists(proof) && Files.size(proof) > 0);
    assertThat(proof).hasContent("fine");
  }

  /// The supervisor looks for them in two ways: among all processes, and after less than a second
  /// only among those younger than the command.
  @ParameterizedTest
  @ValueSource(strings = {"", "sleep 1.2; "})
  void countsWhatIsLeftBehind(String first) throws Exception {
    var sleep = "sleep " + bench.sleep + " >/dev/null 2>&1 & ";

    var outcome = run(first + sleep + "setsid " + sleep + "(exit 0) & wait %3; echo hi");

    assertThat(outcome.out()).isEqualTo("hi\n");
    assertThat(outcome.record().background()).isEqualTo(2);
  }

  @Test
  void takesWhatComesJustAfterTheEnd() throws Exception {
    assumeTrue(!shell.isBusybox(), "process substitution is bash's");
    for (int i = 0; i < 200; i++) {
      assertThat(run("exec > >(tee " + bench.home + "/log); echo hi").out()).isEqualTo("hi\n");
    }
  }

  @Test
  void leavesInterruptsToTheCommand() throws Exception {
    var outcome = run("trap 'echo got' INT; kill -INT $$; echo end");

    assertThat(outcome.out()).isEqualTo("got\nend\n");
  }

  @Test
  void givesTheCommandACleanEnvironmentAndSession() throws Exception {
    var order = bench.order("env | sort; echo fds /proc/$$/fd/*; cut -d' ' -f6 /proc/$$/stat");
    var outcome = bench.run(Bench.with(order, Map.of("GREETING", "it's\n$(me)"))).finish();

    assertThat(outcome.out())
        .contains("GREETING=it's\n")
        .contains("fds /proc/")
        .contains("RDEV_COMMAND_ID=" + order.attempt().commandId() + "\n")
        .doesNotContain("r_")
        .doesNotContain("RDEV_launch")
        .doesNotContain("OLDPWD")
        .doesNotContain("LC_ALL")
        .doesNotContain("DB_PASSWORD");
  }

  @Test
  void survivesHostileVariables() throws Exception {
    var order = bench.order("echo \"$r_dir $IFS $PATH\"");
    var outcome =
        bench
            .run(Bench.with(order, Map.of("r_dir", "/nowhere", "IFS", "0123456789/", "PATH", "/x")))
            .finish();

    assertThat(outcome.out()).endsWith("/x\n").startsWith("/nowhere ");
    assertThat(outcome.record()).isEqualTo(CLEAN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'",
        "''\"\"",
        "$(touch pwned)`touch pwned`",
        "a\nb\n\nc",
        "-n",
        "--",
        "\\",
        "\\'",
        "*",
        "~",
        "$PATH",
        "!!",
        "\t \r",
        "ü€😀",
        "#",
        ""
      })
  void passesArgumentsAsTheyAre(String text) throws Exception {
    var order = bench.order(new Launch.Exec("printf", List.of("%s|", text, text)));
    var outcome = bench.run(order).finish();

    assertThat(outcome.out()).isEqualTo(text + "|" + text + "|");
    assertThat(bench.home.resolve("workspaces/p/pwned")).doesNotExist();
  }

  @Test
  void runsLongTextAndTextThatBeginsWithADash() throws Exception {
    assertThat(run("-n 2>/dev/null; echo $?").out()).isEqualTo("127\n");
    var text = ": '" + "x'\\''".repeat(13_200) + "'; echo done";
    assertThat(text.length()).isGreaterThan(64 << 10);
    assertThat(run(text).out()).isEqualTo("done\n");
  }

  /// How to follow is found out once per root and kept beside the instance: on overlayfs by
  /// polling, without GNU tail by reading again, and once a second where `sleep` knows no
  /// fractions.
  @ParameterizedTest
  @ValueSource(strings = {"poll 0.02", "cat 0.02", "cat 1"})
  void followsByOtherMeansToo(String means) throws Exception {
    assumeTrue(!shell.isBusybox() || !means.startsWith("poll"), "polling is GNU tail's");
    var boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    Files.createDirectories(bench.root);
    Files.writeString(bench.root.resolve("instance-" + boot), "fixed " + means + "\n");

    var outcome = run("echo a; sleep 0.5; seq 20000; echo e >&2; sleep 0.1; printf z");

    assertThat(bench.instance()).isEqualTo("fixed");
    assertThat(outcome.stdout()).hasSize(2 + 108_894 + 1);
    assertThat(outcome.out()).startsWith("a\n1\n").endsWith("20000\nz");
    assertThat(outcome.err()).isEqualTo("e\n");
    await(() -> Bench.processes(line -> line.contains("tail -s 0.05")).isEmpty());
  }

  @Test
  void givesStdin() throws Exception {
    var stdin = new byte[1 << 20];
    new Random(1).nextBytes(stdin);

    var outcome = bench.run(Bench.with(bench.order("cat"), stdin)).finish();

    assertThat(outcome.stdout()).isEqualTo(stdin);
    assertThat(run("cat; echo eof").out()).isEqualTo("eof\n");
  }

  @Test
  void runsInTheWorkDirectoryAndNotOutsideIt() throws Exception {
    Files.createDirectories(bench.home.resolve("workspaces/p/sub dir"));
    Files.createSymbolicLink(bench.home.resolve("workspaces/p/out"), bench.home.toAbsolutePath());

    assertThat(run("pwd").out()).isEqualTo(bench.place.baseDirectory() + "\n");
    assertThat(bench.run(Bench.in(bench.order("pwd"), "sub dir")).finish().out())
        .isEqualTo(bench.place.baseDirectory() + "/sub dir\n");
    for (var workdir : List.of("..", "sub dir/../..", "out", "/", "/tmp", "nowhere", "a\nb")) {
      assertThat(bench.start(Bench.in(bench.order("pwd"), workdir)))
          .as(workdir)
          .isInstanceOf(StartResult.Failed.class);
    }
    assertThat(spools()).isEmpty();
  }

  @Test
  void saysWhenAProgramIsMissing() throws Exception {
    for (var program : List.of("no-such-program", "./no-such-program", "/no/such/program")) {
      assertThat(bench.start(bench.order(new Launch.Exec(program, List.of()))))
          .isEqualTo(new StartResult.Failed("program not found: " + program));
    }
    assertThat(spools()).isEmpty();
    var here = bench.home.resolve("workspaces/p/here");
    Files.writeString(here, "#!/bin/sh\necho here\n");
    Files.setPosixFilePermissions(here, PosixFilePermissions.fromString("rwx------"));
    assertThat(bench.run(bench.order(new Launch.Exec("./here", List.of()))).finish().out())
        .isEqualTo("here\n");
  }

  @Test
  void refusesWhatLinuxCannotTake() throws Exception {
    var order = bench.order("true");

    assertThat(bench.start(Bench.with(order, Map.of("A", "x".repeat(131_072)))))
        .isInstanceOf(StartResult.Failed.class);
    assertThat(bench.run(Bench.with(order, Map.of("A", "x".repeat(131_000)))).finish().record())
        .isEqualTo(CLEAN);
  }

  @Test
  void startsAnAttemptOnce() throws Exception {
    var running = bench.run("echo x >>count; sleep 0.1");

    assertThat(bench.spool.start(bench.place, running.order()))
        .isEqualTo(new StartResult.Refused());
    running.finish();
    assertThat(bench.home.resolve("workspaces/p/count")).hasContent("x");
  }

  @Test
  void sendsNothingToAnotherInstance() throws Exception {
    var order = bench.order("touch ran");

    var result = bench.spool.start(bench.place, Bench.at(order, "other"));

    assertThat(result).isEqualTo(new StartResult.OtherInstance(bench.instance()));
    assertThat(spools()).isEmpty();
  }

  @Test
  void removesTheSpoolWhenDoneAndKeepsItOtherwise() throws Exception {
    var first = bench.run("echo a");
    var second = bench.run("echo b");
    first.await();
    second.await();

    first.follow().done();
    second.follow().bye();

    await(() -> !Files.exists(bench.directory(first.attempt())));
    assertThat(bench.directory(second.attempt())).exists();
    bench.spool.clean(bench.place, second.attempt());
    assertThat(spools()).isEmpty();
  }

  @Test
  void leavesNoZombieNorFollowerBehind() throws Exception {
    for (int i = 0; i < Repetitions.of(80, 200); i++) {
      run(i % 2 == 0 ? "true" : "echo hi | cat");
    }

    bench.spool.sweep(bench.place);
    await(() -> spools().isEmpty());
    bench.spool.close();
    Awaitility.await().untilAsserted(() -> assertThat(left()).isEmpty());
    await(() -> names(".stage-").isEmpty());
    await(() -> zombies() == 0);
  }

  private List<String> left() {
    return Processes.touching(bench.root).stream()
        .map(pid -> pid + " " + ProcessHandle.of(pid).map(ProcessHandle::info))
        .toList();
  }

  private static long zombies() {
    return ProcessHandle.current()
        .descendants()
        .filter(process -> process.info().commandLine().isEmpty())
        .count();
  }

  private List<String> spools() throws Exception {
    return names("cmd-");
  }

  private List<String> names(String prefix) throws Exception {
    try (var entries = Files.list(bench.root)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.startsWith(prefix))
          .toList();
    }
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(10))
        .until(condition);
  }
}
