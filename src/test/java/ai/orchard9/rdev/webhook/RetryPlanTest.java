package ai.orchard9.rdev.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RetryPlanTest {
  private final RetryPlan plan = new RetryPlan(new Random(7));

  @ParameterizedTest
  @CsvSource({"1,5", "2,30", "3,120", "4,600", "5,3600", "6,10800", "7,21600"})
  void waitsAsTheContractSaysGiveOrTakeAFifth(int attempt, long seconds) {
    for (int i = 0; i < 1000; i++) {
      assertThat(plan.after(attempt, Optional.empty()).orElseThrow().toMillis())
          .isBetween(seconds * 800, seconds * 1200);
    }
  }

  @Test
  void spreadsWhatFailedTogether() {
    assertThat(Stream.generate(() -> plan.after(1, Optional.empty())).limit(100).distinct())
        .hasSizeGreaterThan(80);
  }

  @Test
  void givesUpAfterTheEighth() {
    assertThat(plan.after(7, Optional.empty())).isPresent();
    assertThat(plan.after(8, Optional.empty())).isEmpty();
    assertThat(plan.after(8, Optional.of(Duration.ofSeconds(5)))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "1,0,1",
    "1,2,2",
    "1,20,20",
    "1,31,30",
    "2,1000,120",
    "6,86400,21600",
    "7,86400,21600"
  })
  void takesWhatTheReceiverAsksForUpToTheNextStep(int attempt, long asked, long seconds) {
    assertThat(plan.after(attempt, Optional.of(Duration.ofSeconds(asked))))
        .contains(Duration.ofSeconds(seconds));
  }
}
