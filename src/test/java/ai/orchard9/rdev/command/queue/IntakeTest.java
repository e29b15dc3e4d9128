package ai.orchard9.rdev.command.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class IntakeTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private QueueFixture queue = new QueueFixture(POSTGRES, POSTGRES.jdbi(), "me");
  private Runner runner = new Runner(queue);

  @BeforeEach
  void empty() {
    QueueFixture.empty(POSTGRES);
    queue = new QueueFixture(POSTGRES, POSTGRES.jdbi(), "me");
    runner = new Runner(queue);
    queue.queue().serve(runner, () -> {});
  }

  @Test
  void startsWhatIsSubmittedWithItsInputs() {
    var id = queue.submit("demo", Priority.NORMAL);

    assertThat(runner.claims())
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it.command().id()).isEqualTo(id);
              assertThat(it.stdin()).asString().isEqualTo("in");
              assertThat(it.environment()).containsOnly(Map.entry("A", "1"));
            });
  }

  @Test
  void startsWhatWaitedLongerWithItsInputsToo() {
    POSTGRES
        .jdbi()
        .useHandle(it -> it.execute("INSERT INTO queue_pauses VALUES ('demo', 'alice')"));
    var first = queue.submit("demo", Priority.NORMAL);
    POSTGRES.jdbi().useHandle(it -> it.execute("DELETE FROM queue_pauses"));

    await()
        .until(
            () -> {
              queue.submit("demo", Priority.NORMAL);
              return !runner.claims().isEmpty();
            });

    assertThat(runner.claims().getFirst().command().id()).isEqualTo(first);
    assertThat(runner.claims()).allSatisfy(it -> assertThat(it.stdin()).asString().isEqualTo("in"));
  }

  @Test
  void triesAgainOnlyAfterAMomentWhereNothingCouldStart() {
    POSTGRES
        .jdbi()
        .useHandle(it -> it.execute("INSERT INTO queue_pauses VALUES ('demo', 'alice')"));
    var begin = System.nanoTime();
    IntStream.range(0, 50).forEach(_ -> queue.submit("demo", Priority.NORMAL));
    var moments = (System.nanoTime() - begin) / 50_000_000 + 1;

    assertThat(runner.claims()).isEmpty();
    assertThat(runner.orders()).isBetween(1L, moments);
    await()
        .until(
            () -> {
              var before = runner.orders();
              queue.submit("demo", Priority.NORMAL);
              return runner.orders() > before;
            });
  }

  @Test
  void goesOnToStartOtherProjectsWhereOneIsFull() {
    POSTGRES
        .jdbi()
        .useHandle(it -> it.execute("INSERT INTO queue_pauses VALUES ('demo', 'alice')"));
    queue.submit("demo", Priority.NORMAL);

    var other = queue.submit("other", Priority.NORMAL);

    assertThat(runner.claims())
        .singleElement()
        .extracting(it -> it.command().id())
        .isEqualTo(other);
  }

  private static final class Runner implements Claimant {
    private final QueueFixture queue;
    private final List<Set<String>> orders = new CopyOnWriteArrayList<>();
    private final List<Claim> claims = new CopyOnWriteArrayList<>();

    Runner(QueueFixture queue) {
      this.queue = queue;
    }

    List<Claim> claims() {
      return claims;
    }

    long orders() {
      return orders.size();
    }

    @Override
    public Optional<ClaimOrder> order(Set<String> projects, int count) {
      orders.add(projects);
      return Optional.of(queue.order(projects, 5, count));
    }

    @Override
    public void take(ClaimOrder order, List<Claim> claimed) {
      claims.addAll(claimed);
    }

    @Override
    public void giveBack(ClaimOrder order) {}
  }
}
