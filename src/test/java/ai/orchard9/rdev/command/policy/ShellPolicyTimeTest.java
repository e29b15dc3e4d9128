package ai.orchard9.rdev.command.policy;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.bench.PolicyTexts;
import ai.orchard9.rdev.bench.Samples;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// No text makes a verdict take longer than its length explains.
final class ShellPolicyTimeTest {
  private static final int LONG = 65_536;
  private static final int ROUNDS = 15;
  private static final int TRIES = 4;
  private static final double MOST = 12;

  private final ShellPolicy policy = ShellPolicy.of(ShellPolicy.DEFAULT);

  static Stream<Arguments> kinds() {
    return PolicyTexts.kinds().entrySet().stream()
        .map(it -> Arguments.of(it.getKey(), it.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void takesTenTimesAsLongForTenTimesTheText(String name, String kind) throws Exception {
    var large = PolicyTexts.text(kind, LONG);
    var small = PolicyTexts.text(kind, LONG / 10);
    measure(small, large);

    // Other processes can only make it slower; what is not linear is so every time.
    var ratio = Double.MAX_VALUE;
    for (int i = 0; i < TRIES && ratio > MOST; i++) {
      ratio = Math.min(ratio, measure(small, large));
    }

    assertThat(ratio).as(name).isLessThanOrEqualTo(MOST);
  }

  /// By turns, so that both meet the same machine. Each sample judges as many characters.
  private double measure(String small, String large) throws Exception {
    var ofSmall = new Samples(ROUNDS);
    var ofLarge = new Samples(ROUNDS);
    for (int i = 0; i < ROUNDS; i++) {
      ofLarge.time(() -> policy.check(large));
      ofSmall.time(
          () -> {
            for (int j = 0; j < 10; j++) {
              policy.check(small);
            }
          });
    }
    return 10 * ofLarge.median() / ofSmall.median();
  }
}
