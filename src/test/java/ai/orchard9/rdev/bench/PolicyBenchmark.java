package ai.orchard9.rdev.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.command.policy.GitCall;
import ai.orchard9.rdev.command.policy.GitPolicy;
import ai.orchard9.rdev.command.policy.ShellPolicy;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What the policy costs a request, and that ten times the text costs about ten times as much.
/// Public, as JMH wants it.
@BenchmarkMode(Mode.AverageTime)
@Fork(1)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class PolicyBenchmark {
  private static final String SHORT = "6553";
  private static final String LONG = "65536";
  private static final String SCRIPT = "a script";
  private static final String LETTER = "one letter";
  private static final String REMOVALS = "`rm -rf x /y `";
  private static final String FORKS = "`x(){ x\\|x& `";

  @Test
  void measuresVerdicts() throws Exception {
    var run = JmhRun.of(PolicyBenchmark.class);

    var report =
        new Report(
            "j. Policy",
            "ms a verdict",
            "6.4 KB",
            "64 KB",
            "ratio",
            "processor time, 6.4 KB",
            "64 KB",
            "ratio");
    for (var kind : List.of(SCRIPT, LETTER, REMOVALS, FORKS)) {
      report.row(kind, cells(run, "text", kind));
    }
    report
        .row("bare", cells(run, "bare"))
        .note(
            """
            JMH's average time: the median of five iterations after three to warm up, in a JVM for each figure. By the
            wall clock, waiting for a busy processor counts; processor time is the judging thread's own. The default
            patterns of `config.yml`. Bare is a script's SHA-256. Target: a ratio of at most 12; the test suite holds
            more kinds of text to it. A command of 100 bytes takes %s µs of processor time, the check of a git command
            with 256 arguments %s µs.\
            """
                .formatted(
                    Samples.text(run.medianProcessor("command") / 1e3),
                    Samples.text(run.medianProcessor("git") / 1e3)))
        .write();
  }

  private static String[] cells(JmhRun run, String method, String... kind) {
    var small = append(kind, SHORT);
    var large = append(kind, LONG);
    return Stream.concat(
            cells(run.medianWall(method, small), run.medianWall(method, large)),
            cells(run.medianProcessor(method, small), run.medianProcessor(method, large)))
        .toArray(String[]::new);
  }

  private static Stream<String> cells(double small, double large) {
    return Stream.of(millis(small), millis(large), Samples.text(large / small));
  }

  private static String[] append(String[] kind, String length) {
    return Stream.concat(Arrays.stream(kind), Stream.of(length)).toArray(String[]::new);
  }

  private static String millis(double nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / 1e6);
  }

  /// Judges a long text.
  @Benchmark
  public void text(Shell shell, Text text) {
    shell.policy.check(text.text);
  }

  /// Judges a command of the usual length.
  @Benchmark
  public void command(Shell shell) {
    shell.policy.check(shell.command);
  }

  /// Judges a long git command.
  @Benchmark
  public GitCall git(Git git) {
    return GitPolicy.check(git.arguments);
  }

  /// Reads a text, no more.
  @Benchmark
  public byte[] bare(Script script) throws NoSuchAlgorithmException {
    return MessageDigest.getInstance("SHA-256").digest(script.text.getBytes(UTF_8));
  }

  /// The default policy.
  @State(Scope.Benchmark)
  public static class Shell {
    private final ShellPolicy policy = ShellPolicy.of(ShellPolicy.DEFAULT);
    private final String command = PolicyTexts.text("make -j4 test && ./deploy.sh --dry-run ", 100);
  }

  /// A text of each kind and length.
  @State(Scope.Benchmark)
  public static class Text {
    private String text = "";

    /// Set by JMH.
    @Param({SCRIPT, LETTER, REMOVALS, FORKS})
    public String kind = SCRIPT;

    /// Set by JMH.
    @Param({SHORT, LONG})
    public int length;

    /// Makes it.
    @Setup
    public void prepare() {
      text = PolicyTexts.of(kind, length);
    }
  }

  /// A script of each length.
  @State(Scope.Benchmark)
  public static class Script {
    private String text = "";

    /// Set by JMH.
    @Param({SHORT, LONG})
    public int length;

    /// Makes it.
    @Setup
    public void prepare() {
      text = PolicyTexts.of(SCRIPT, length);
    }
  }

  /// A call that names many files.
  @State(Scope.Benchmark)
  public static class Git {
    private final List<String> arguments = new ArrayList<>(List.of("add", "--"));

    /// Makes it.
    @Setup
    public void prepare() {
      while (arguments.size() < 256) {
        arguments.add("src/main/java/file-" + arguments.size());
      }
    }
  }
}
