package ai.orchard9.rdev.command.queue;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.command.output.Commands;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Claims that overlap: one has chosen and written, and has not committed yet. Who waits for a lock
/// at all waits until it is given up, so a short bound tells waiting from not waiting.
final class QueueClaimersTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final List<String> DEMO = List.of("demo");

  private final Commands rows = new Commands(POSTGRES.target());
  private final Jdbi jdbi = rows.jdbi();
  private final QueueFixture server = new QueueFixture(POSTGRES, jdbi, "here");
  private final Claiming claiming = new Claiming(QueueFixture.AGING);

  @BeforeEach
  void empty() {
    QueueFixture.empty(POSTGRES);
  }

  @AfterEach
  void close() {
    rows.close();
  }

  @Test
  void aClaimThatIsNotCommittedHoldsNobodyUp() {
    var first = server.submit("demo", Priority.NORMAL);
    var second = server.submit("demo", Priority.NORMAL);

    try (var slow = jdbi.open()) {
      slow.begin();
      assertThat(claim(slow, 2, 1)).extracting(Command::id).containsExactly(first);

      assertThat(claimAtOnce(2, 2))
          .as("the slot and the command that are left")
          .extracting(Command::id)
          .containsExactly(second);
      slow.commit();
    }
  }

  @Test
  void aCommandThatIsBeingClaimedIsNotClaimedTwice() {
    server.submit("demo", Priority.NORMAL);

    try (var slow = jdbi.open()) {
      slow.begin();
      assertThat(claim(slow, 5, 1)).hasSize(1);
      assertThat(claimAtOnce(5, 5)).isEmpty();
      slow.rollback();
    }

    assertThat(claimAtOnce(5, 5)).as("who gave up keeps nothing").hasSize(1);
  }

  /// Neither sees what the other has taken.
  @Test
  void twoClaimsAtTheSameTimeStayWithinTheLimitTogether() {
    for (int i = 0; i < 10; i++) {
      server.submit("demo", Priority.NORMAL);
    }

    try (var one = jdbi.open()) {
      one.begin();
      assertThat(claim(one, 3, 2)).hasSize(2);
      assertThat(claimAtOnce(3, 10))
          .as("others may be waiting, no more may run")
          .hasSizeLessThanOrEqualTo(1);
      one.commit();
    }
    claimAtOnce(3, 10);

    assertThat(running()).isEqualTo(3);
  }

  /// Of the limit before, two run in slots beyond the new one: one more may, whoever looks, and
  /// however many look.
  @Test
  void whatRunsBeyondALoweredLimitCounts() {
    for (int i = 0; i < 10; i++) {
      server.submit("demo", Priority.NORMAL);
    }
    var running = server.claim(DEMO, 5, 5);
    inSlots(3).forEach(id -> assertThat(server.finish(of(running, id))).isTrue());

    try (var one = jdbi.open()) {
      one.begin();
      assertThat(claim(one, 3, 10)).hasSize(1);
      assertThat(claimAtOnce(3, 10)).isEmpty();
      one.commit();
    }

    assertThat(claimAtOnce(3, 10)).isEmpty();
    assertThat(running()).isEqualTo(3);
  }

  /// What runs in the slots up to that one.
  private List<String> inSlots(int number) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT command_id FROM slots WHERE number <= :number")
                .bind("number", number)
                .mapTo(String.class)
                .list());
  }

  private static Claim of(List<Claim> claims, String id) {
    return claims.stream()
        .filter(it -> it.command().id().value().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private int running() {
    return server.overview().picture(DEMO, _ -> true).running();
  }

  private List<Command> claim(Handle handle, int limit, int count) {
    var order = server.order(DEMO, limit, count);
    claiming.prepare(jdbi, order);
    return claiming.claim(handle, order).stream().map(Claim::command).toList();
  }

  private List<Command> claimAtOnce(int limit, int count) {
    return jdbi.inTransaction(
        handle -> {
          handle.execute("SET LOCAL lock_timeout = '500ms'");
          return claim(handle, limit, count);
        });
  }
}
