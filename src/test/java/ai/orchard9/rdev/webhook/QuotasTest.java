package ai.orchard9.rdev.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class QuotasTest {
  private static final UUID A = new UUID(0, 1);
  private static final UUID B = new UUID(0, 2);
  private static final UUID SLOW = new UUID(0, 3);

  private static final ClaimDao.Lane QUICK_A = new ClaimDao.Lane(A, false);
  private static final ClaimDao.Lane QUICK_B = new ClaimDao.Lane(B, false);
  private static final ClaimDao.Lane SLOW_LANE = new ClaimDao.Lane(SLOW, true);

  @Test
  void givesThreePlacesToEachWhereThereIsRoom() {
    assertThat(Quotas.share(List.of(QUICK_A, QUICK_B), 100, 50)).isEqualTo(Map.of(A, 3, B, 3));
  }

  @Test
  void givesEachOnePlaceBeforeAnyASecond() {
    assertThat(Quotas.share(List.of(QUICK_A, QUICK_B), 3, 1)).isEqualTo(Map.of(A, 2, B, 1));
    assertThat(Quotas.share(List.of(QUICK_A, QUICK_B), 1, 1)).isEqualTo(Map.of(A, 1));
  }

  @Test
  void givesASlowOneASinglePlace() {
    assertThat(Quotas.share(List.of(QUICK_A, SLOW_LANE), 100, 50)).isEqualTo(Map.of(A, 3, SLOW, 1));
  }

  @Test
  void leavesHalfOfThePlacesToTheOthersHoweverManyAreSlow() {
    var slow = IntStream.range(10, 60).mapToObj(it -> new ClaimDao.Lane(new UUID(0, it), true));
    var lanes = Stream.concat(Stream.of(QUICK_A), slow).toList();

    var quotas = Quotas.share(lanes, 10, 5);

    assertThat(quotas).hasSize(6).containsEntry(A, 3);
    assertThat(Quotas.share(lanes, 10, 0)).isEqualTo(Map.of(A, 3));
  }

  @Test
  void keepsAPlaceForASlowOne() {
    assertThat(Quotas.share(List.of(QUICK_A, QUICK_B, SLOW_LANE), 2, 1))
        .isEqualTo(Map.of(A, 1, SLOW, 1));
  }
}
