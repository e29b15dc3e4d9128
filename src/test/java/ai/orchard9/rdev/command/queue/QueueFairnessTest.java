package ai.orchard9.rdev.command.queue;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.command.output.Commands;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Nobody waits for ever: not for the burst of another project, not for what is more urgent.
final class QueueFairnessTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final List<String> BOTH = List.of("big", "small");
  private static final int LIMIT = 5;
  private static final int BURST = 500;
  private static final int FEW = 5;

  /// How often something urgent comes, and something starts.
  private static final Duration BEAT = QueueFixture.AGING.dividedBy(5);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void aBurstOfOneProjectHoldsNobodyElseUp(int atOnce) throws Exception {
    QueueFixture.empty(POSTGRES);
    try (var rows = new Commands(POSTGRES.target())) {
      var server = new QueueFixture(POSTGRES, rows.jdbi(), "me");
      submit(server, "big", BURST);
      submit(server, "small", FEW);

      var claimed = 0;
      var ofSmall = 0;
      while (ofSmall < FEW) {
        var claims = server.claim(BOTH, LIMIT, atOnce);
        assertThat(claims).hasSize(atOnce);
        claimed += claims.size();
        ofSmall +=
            (int) claims.stream().filter(it -> it.command().project().equals("small")).count();
        claims.forEach(it -> assertThat(server.finish(it)).isTrue());
      }

      assertThat(claimed).as("every other one is theirs").isLessThanOrEqualTo(2 * FEW + atOnce);
    }
  }

  /// Low is three steps below urgent, so it has caught up with what comes after three times AGING;
  /// of the urgent ones that came before, as many have started as came.
  @ParameterizedTest
  @ValueSource(strings = {"small", "big"})
  void aSteadyStreamOfUrgentOnesHoldsALowOneUpForThreeStepsOfAgeing(String project) {
    QueueFixture.empty(POSTGRES);
    try (var rows = new Commands(POSTGRES.target())) {
      var server = new QueueFixture(POSTGRES, rows.jdbi(), "me");
      server.submit("big", Priority.URGENT);
      var low = server.submit(project, Priority.LOW);

      var waited = Duration.ZERO;
      while (!claimOne(server).equals(low)) {
        server.submit("big", Priority.URGENT);
        QueueFixture.age(rows.jdbi(), BEAT);
        waited = waited.plus(BEAT);
        assertThat(waited).isLessThan(QueueFixture.AGING.multipliedBy(10));
      }

      assertThat(waited)
          .isBetween(
              QueueFixture.AGING.multipliedBy(3),
              QueueFixture.AGING.multipliedBy(3).plus(BEAT.multipliedBy(2)));
    }
  }

  private static CommandId claimOne(QueueFixture server) {
    var claim = server.claim(BOTH, LIMIT, 1).getFirst();
    assertThat(server.finish(claim)).isTrue();
    return claim.command().id();
  }

  /// At the same time, so that they share commits.
  private static void submit(QueueFixture server, String project, int count) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<CommandId> submission = () -> server.submit(project, Priority.NORMAL);
      for (var it : threads.invokeAll(Collections.nCopies(count, submission))) {
        it.get();
      }
    }
  }
}
