package ai.orchard9.rdev.command.queue;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.http.RunBudget;
import ai.orchard9.rdev.testing.PostgresExtension;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class ConversationsTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private final QueueFixture me = new QueueFixture(POSTGRES, POSTGRES.jdbi(), "me");
  private final QueueFixture other = new QueueFixture(POSTGRES, POSTGRES.jdbi(), "other");

  @BeforeEach
  void empty() {
    QueueFixture.empty(POSTGRES);
  }

  @Test
  void oneOfManyOnTwoServersGoesOnWithAConversation() throws Exception {
    for (int round = 0; round < 30; round++) {
      var session = "s-" + round;
      var line = new CyclicBarrier(8);
      var answers = new ArrayList<Future<Taken>>();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 8; i++) {
          var server = i % 2 == 0 ? me : other;
          answers.add(
              threads.submit(
                  () -> {
                    line.await();
                    return server.line().submit(run("demo", session, null));
                  }));
        }
      }

      var kinds = new HashMap<Class<?>, Integer>();
      for (var answer : answers) {
        kinds.merge(answer.get().getClass(), 1, Integer::sum);
      }
      assertThat(kinds).as(session).isEqualTo(Map.of(Taken.Fresh.class, 1, Taken.Busy.class, 7));
    }
  }

  @Test
  void aConversationIsFreeWhenItsCommandHasEnded() {
    var first = me.submit(run("demo", "s", null));
    assertThat(other.line().submit(run("demo", "s", null))).isEqualTo(new Taken.Busy());
    var claim = me.claim(List.of("demo"), 5, 5).getFirst();
    assertThat(other.line().submit(run("demo", "s", null))).isEqualTo(new Taken.Busy());

    assertThat(me.finish(claim)).isTrue();

    var second = other.submit(run("demo", "s", null));
    assertThat(second).isNotEqualTo(first);
    assertThat(other.line().cancel(second, QueueFixture.ALICE)).isPresent();
    me.submit(run("demo", "s", null));
  }

  @Test
  void othersAreNotHeldUp() {
    me.submit(run("demo", "s", null));

    me.submit(run("demo", "t", null));
    me.submit(run("elsewhere", "s", null));
    me.submit(run("demo", null, null));
    me.submit(run("demo", null, null));
  }

  @Test
  void theSameRequestIsTheSameCommandThoughItRuns() {
    var name = new NewCommand.Idempotency("k", "f".repeat(64));
    var first = me.submit(run("demo", "s", name));

    assertThat(me.line().submit(run("demo", "s", name))).isEqualTo(new Taken.Replay(first.value()));
    var differing = new NewCommand.Idempotency("k", "0".repeat(64));
    assertThat(me.line().submit(run("demo", "s", differing))).isEqualTo(new Taken.Conflict());
    // One that was refused was not taken: its name is free.
    var later = new NewCommand.Idempotency("later", "f".repeat(64));
    assertThat(me.line().submit(run("demo", "s", later))).isEqualTo(new Taken.Busy());
    me.finish(me.claim(List.of("demo"), 5, 1).getFirst());
    me.submit(run("demo", "s", later));
  }

  @Test
  void aRunIsInTheConversationThatItNames() {
    me.submit(run("demo", null, null));
    var claim = me.claim(List.of("demo"), 5, 1).getFirst();

    me.queue().noteAgent(claim, JsonNodeFactory.instance.objectNode(), "new");

    assertThat(me.line().submit(run("demo", "new", null))).isEqualTo(new Taken.Busy());
    // Not when another is in it already.
    me.submit(run("demo", "taken", null));
    me.queue().noteAgent(claim, JsonNodeFactory.instance.objectNode(), "taken");
    assertThat(me.line().submit(run("demo", "new", null))).isEqualTo(new Taken.Busy());
  }

  private static NewCommand run(
      String project, @Nullable String session, NewCommand.@Nullable Idempotency idempotency) {
    return new NewCommand(
        CommandId.random(Instant.EPOCH).value(),
        project,
        "claude",
        "normal",
        "{}",
        "{\"prompt\": \"hello\"}",
        60,
        null,
        null,
        "alice",
        "r-1",
        "192.0.2.1",
        null,
        "0123456789abcdef",
        null,
        "{}",
        idempotency,
        new NewCommand.Agent(session, BudgetJson.write(RunBudget.NONE)));
  }
}
