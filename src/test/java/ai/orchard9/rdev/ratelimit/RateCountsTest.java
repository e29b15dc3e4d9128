package ai.orchard9.rdev.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class RateCountsTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final UUID KEY = new UUID(1, 1);
  private static final Duration WINDOW = Duration.ofSeconds(10);

  private final RateCounts one = new RateCounts(POSTGRES.jdbi());
  private final RateCounts two = new RateCounts(POSTGRES.jdbi());

  @BeforeEach
  void empty() {
    POSTGRES.truncate("rate_counts");
  }

  @Test
  void tellsTheOthersAndNotItself() {
    var first = new Exchange.Counts(1_000_000, List.of(9000, 0), List.of(3, 4));
    var second = new Exchange.Counts(1_200_000, List.of(0), List.of(5));
    var share = new Exchange.Share(KEY, first, 12.5);

    var alone = one.exchange(List.of(share), WINDOW);
    one.exchange(List.of(share), WINDOW);
    var heard = two.exchange(List.of(new Exchange.Share(KEY, second, 0)), WINDOW);
    var answer = one.exchange(List.of(), WINDOW);

    assertThat(alone.reports()).isEmpty();
    assertThat(heard.reports())
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it.key()).isEqualTo(KEY);
              assertThat(it.counts()).isEqualTo(first);
              assertThat(it.rate()).isEqualTo(12.5);
              assertThat(heard.now() - it.at()).isBetween(0L, 2_000_000L);
            });
    assertThat(answer.reports()).extracting(Exchange.Report::counts).containsExactly(second);
    assertThat(answer.now()).isGreaterThan(heard.now());
  }

  @Test
  void tellsOfManyKeysAtOnceAndReplacesWhatWasTold() {
    var keys = LongStream.range(0, 500).mapToObj(it -> new UUID(7, it)).toList();
    for (int count = 1; count <= 2; count++) {
      var counts = new Exchange.Counts(1, List.of(0), List.of(count));
      one.exchange(keys.stream().map(it -> new Exchange.Share(it, counts, 0)).toList(), WINDOW);
    }

    var heard = two.exchange(List.of(), WINDOW);

    assertThat(heard.reports())
        .hasSize(500)
        .allMatch(it -> it.counts().counts().equals(List.of(2)));
  }

  @Test
  void hearsAndKeepsOnlyWhatIsRecent() {
    var counts = new Exchange.Counts(1, List.of(0), List.of(1));
    one.exchange(List.of(new Exchange.Share(KEY, counts, 0)), WINDOW);
    POSTGRES
        .jdbi()
        .useHandle(it -> it.execute("UPDATE rate_counts SET told_at = told_at - interval '8 s'"));

    assertThat(two.exchange(List.of(), Duration.ofSeconds(7)).reports()).isEmpty();
    assertThat(two.exchange(List.of(), Duration.ofSeconds(10)).reports()).hasSize(1);
    two.sweep(Duration.ofSeconds(10));
    assertThat(two.exchange(List.of(), Duration.ofSeconds(10)).reports()).hasSize(1);
    two.sweep(Duration.ofSeconds(7));
    assertThat(two.exchange(List.of(), Duration.ofSeconds(10)).reports()).isEmpty();
  }
}
