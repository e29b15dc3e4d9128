package ai.orchard9.rdev.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.policy.GitPolicy;
import ai.orchard9.rdev.command.policy.ShellPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/// What the policy costs a request, and that ten times the text costs about ten times as much.
final class PolicyBenchmark {
  private static final int LONG = 65_536;
  private static final int SHORT = LONG / 10;
  private static final int ROUNDS = 40;

  /// The verdicts, so that none is for nothing.
  private long seen;

  @Test
  void measuresVerdicts() throws Exception {
    var policy = ShellPolicy.of(ShellPolicy.DEFAULT);
    var report =
        new Report("j. Policy", "ms a verdict, median", "6.4 KB", "64 KB", "ratio")
            .note(
                "The default patterns of `config.yml`, %d verdicts of each length by turns after as"
                        .formatted(ROUNDS)
                    + " many to warm up. Target: a ratio of at most 12. A command of 100 bytes"
                    + " takes "
                    + micros(policy)
                    + " µs, the check of a git command with 256 arguments "
                    + gitMicros()
                    + " µs.");
    for (var kind : PolicyTexts.kinds().entrySet()) {
      row(report, policy, kind.getKey(), kind.getValue());
    }
    report.write();
    assertThat(seen).isNotNegative();
  }

  private void row(Report report, ShellPolicy policy, String name, String kind) throws Exception {
    var small = PolicyTexts.text(kind, SHORT);
    var large = PolicyTexts.text(kind, LONG);
    var ofSmall = new Samples(ROUNDS);
    var ofLarge = new Samples(ROUNDS);
    for (int i = -ROUNDS; i < ROUNDS; i++) {
      var smallOnes = i < 0 ? new Samples(1) : ofSmall;
      var largeOnes = i < 0 ? new Samples(1) : ofLarge;
      smallOnes.time(() -> judge(policy, small));
      largeOnes.time(() -> judge(policy, large));
    }
    var ratio = ofLarge.median() / ofSmall.median();
    report.row(
        name,
        String.format(Locale.ROOT, "%.2f", ofSmall.median()),
        String.format(Locale.ROOT, "%.2f", ofLarge.median()),
        Samples.text(ratio));
  }

  private String micros(ShellPolicy policy) throws Exception {
    var text = PolicyTexts.text("make -j4 test && ./deploy.sh --dry-run ", 100);
    return thousandTimes(() -> judge(policy, text));
  }

  private String gitMicros() throws Exception {
    var args = new ArrayList<>(List.of("add", "--"));
    while (args.size() < 256) {
      args.add("src/main/java/file-" + args.size());
    }
    return thousandTimes(() -> seen += GitPolicy.check(args).operands().size());
  }

  private static String thousandTimes(Samples.Work work) throws Exception {
    var samples = new Samples(50);
    for (int i = -50; i < 50; i++) {
      var kept = i < 0 ? new Samples(1) : samples;
      kept.time(
          () -> {
            for (int j = 0; j < 1000; j++) {
              work.run();
            }
          });
    }
    return Samples.text(samples.median());
  }

  private void judge(ShellPolicy policy, String text) {
    policy.check(text);
    seen++;
  }
}
