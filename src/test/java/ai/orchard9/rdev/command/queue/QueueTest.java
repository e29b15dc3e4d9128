package ai.orchard9.rdev.command.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class QueueTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final List<String> DEMO = List.of("demo");

  private QueueFixture me = fixture("me");
  private QueueFixture other = fixture("other");

  @BeforeEach
  void empty() {
    QueueFixture.empty(POSTGRES);
    me = fixture("me");
    other = fixture("other");
  }

  @Test
  void claimsTheOldestAndNothingBeyondTheLimit() {
    var first = submit("demo");
    var second = submit("demo");
    submit("demo");

    assertThat(ids(me.claim(DEMO, 2, 1))).containsExactly(first);
    assertThat(ids(me.claim(DEMO, 2, 5))).containsExactly(second);
    assertThat(me.claim(DEMO, 2, 5)).isEmpty();
  }

  @Test
  void startsNothingUntilWhatRunsIsUnderALoweredLimit() {
    for (int i = 0; i < 9; i++) {
      submit("demo");
    }
    var running = me.claim(DEMO, 5, 5);

    // Their slots are 1 to 5; those left over are the highest two.
    assertThat(running).hasSize(5);
    for (var claim : running.subList(0, 3)) {
      assertThat(me.claim(DEMO, 2, 5)).isEmpty();
      assertThat(me.finish(claim)).isTrue();
    }
    assertThat(me.claim(DEMO, 2, 5)).as("two are left, in slots beyond the limit").isEmpty();
    assertThat(me.finish(running.get(3))).isTrue();
    assertThat(me.claim(DEMO, 2, 5)).hasSize(1);
    assertThat(me.claim(DEMO, 2, 5)).isEmpty();
    assertThat(me.claim(DEMO, 4, 5)).as("the limit was raised").hasSize(2);
  }

  @Test
  void handsTheInputsOverAndNotesTheSpoolAndThePlace() {
    submit("demo");
    var place =
        new Place("demo", new Place.Container("pod-1", "uid-1", "main", "containerd://1"), "/work");

    var claim =
        me.queue()
            .claim(new ClaimOrder("me", 5, 5, Map.of("demo", place), Map.of("demo", "i-1")))
            .getFirst();

    assertThat(claim.instance()).isEqualTo("i-1");
    assertThat(claim.place()).isEqualTo(place);
    assertThat(claim.command().podName()).isEqualTo("pod-1");
    assertThat(claim.environment()).containsExactly(Map.entry("A", "1"));
    assertThat(claim.stdin()).asString().isEqualTo("in");
    assertThat(claim.remaining()).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(60));
    assertThat(claim.acknowledged()).isFalse();
  }

  @Test
  void keepsTheLimitUnderSixteenClaimers() throws Exception {
    for (int i = 0; i < 40; i++) {
      submit("demo");
    }
    var claims = new ArrayList<Claim>();
    try (var threads = Executors.newFixedThreadPool(16)) {
      var tasks = new ArrayList<Callable<List<Claim>>>();
      for (int i = 0; i < 16 * 4; i++) {
        var wanted = 1 + i % 3;
        tasks.add(() -> me.claim(DEMO, 5, wanted));
      }
      for (var future : threads.invokeAll(tasks)) {
        claims.addAll(future.get());
      }
    }

    assertThat(ids(claims)).hasSizeLessThanOrEqualTo(5).doesNotHaveDuplicates();
    assertThat(count("SELECT count(*) FROM commands WHERE status = 'running'"))
        .isEqualTo(claims.size());
    assertThat(count("SELECT count(*) FROM pending_commands")).isEqualTo(40 - claims.size());
  }

  @Test
  void whoLostTheLeaseCanChangeNothing() {
    submit("demo");
    var old = me.claim(DEMO, 5, 1).getFirst();
    expireLeases();
    var taken = other.queue().adopt("other", List.of(), 10, true);

    assertThat(taken).hasSize(1);
    assertThat(taken.getFirst().token()).isGreaterThan(old.token());
    assertThat(taken.getFirst().command().adoptions()).isEqualTo(1);
    assertThat(me.queue().renew("me", List.of(old.command().id().value()))).isEmpty();
    assertThat(me.queue().storeInstance(old, "elsewhere")).isFalse();
    assertThat(me.queue().release(old)).isFalse();
    assertThat(other.queue().renew("other", List.of(old.command().id().value())))
        .containsExactly(old.command().id().value());
    assertThat(me.queue().adopt("me", List.of(), 10, true)).isEmpty();
    me.queue().acknowledge(old);
    assertThat(count("SELECT count(*) FROM commands WHERE acknowledged")).isZero();
    assertThat(count("SELECT count(*) FROM command_inputs")).isEqualTo(1);
    assertThat(me.queue().requeue(old)).isFalse();
    assertThat(me.finish(old)).isFalse();
    assertThat(other.finish(taken.getFirst())).isTrue();
    assertThat(other.finish(taken.getFirst())).isFalse();
  }

  @Test
  void ofReportsThatComeTogetherTheNewestClaimsCounts() throws Exception {
    submit("demo");
    submit("demo");
    submit("demo");
    var claims = me.claim(DEMO, 5, 3);
    expireLeases();
    var again = me.queue().adopt("me", List.of(), 10, true);
    var ahead = again.subList(0, 2);
    var last = again.getLast();
    var old =
        claims.stream()
            .filter(it -> it.command().id().equals(last.command().id()))
            .findFirst()
            .orElseThrow();

    try (var threads = Executors.newCachedThreadPool();
        var lock = POSTGRES.connect()) {
      lock.setAutoCommit(false);
      lock.createStatement()
          .execute(
              "SELECT FROM commands WHERE id <> '"
                  + last.command().id()
                  + "' ORDER BY id FOR UPDATE");
      // One statement in each lane.
      var reports = new ArrayList<Future<Boolean>>();
      for (var claim : ahead) {
        reports.add(threads.submit(() -> me.finish(claim)));
        await()
            .until(
                () -> count("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"),
                it -> it == reports.size());
      }
      // What comes now shares the next statement.
      var outdated = waiting(() -> me.queue().finish(old, failed()));
      var counts = waiting(() -> me.finish(last));
      var repeated = waiting(() -> me.finish(last));
      lock.commit();

      for (var report : reports) {
        assertThat(report.get()).isTrue();
      }
      assertThat(outdated.get()).isFalse();
      assertThat(counts.get()).isTrue();
      assertThat(repeated.get()).isFalse();
      assertThat(events(last.command().id())).containsExactly("pending", "running", "completed");
    }
  }

  private static Result failed() {
    return new Result(CommandStatus.FAILED, 1, null, "EXIT", "exit 1", null, 0, "a", "b", null);
  }

  /// Runs it on a thread of its own, and returns when that waits.
  private static FutureTask<Boolean> waiting(Callable<Boolean> report) {
    var task = new FutureTask<>(report);
    var thread = Thread.ofPlatform().start(task);
    await().until(thread::getState, Thread.State.WAITING::equals);
    return task;
  }

  @Test
  void adoptsNothingWhoseLeaseHolds() {
    submit("demo");
    assertThat(me.claim(DEMO, 5, 1)).hasSize(1);

    assertThat(other.queue().adopt("other", List.of(), 10, true)).isEmpty();
  }

  @Test
  void takesNoSilentOwnersCommandsBeforeTheDatabaseIsSettled() {
    submit("demo");
    assertThat(me.claim(DEMO, 5, 1)).hasSize(1);
    expireLeases();

    assertThat(other.queue().adopt("other", List.of(), 10, false)).isEmpty();
  }

  @Test
  void aReleasedCommandCanBeTakenOverAtOnce() {
    submit("demo");
    var claim = me.claim(DEMO, 5, 1).getFirst();

    assertThat(me.queue().release(claim)).isTrue();
    assertThat(other.queue().adopt("other", List.of(), 10, false)).hasSize(1);
  }

  @Test
  void putsBackOnlyWhatWasNeverAcknowledged() {
    submit("demo");
    var claim = me.claim(DEMO, 1, 1).getFirst();
    assertThat(me.queue().requeue(claim)).isTrue();

    var again = me.claim(DEMO, 1, 1).getFirst();
    assertThat(again.command().attempt()).isEqualTo(2);
    assertThat(again.stdin()).asString().isEqualTo("in");
    me.queue().acknowledge(again);
    assertThat(me.queue().requeue(again)).isFalse();
    assertThat(count("SELECT count(*) FROM command_inputs")).isZero();
  }

  @Test
  void putsBackToWhereItStood() {
    var first = submit("demo");
    var claim = me.claim(DEMO, 1, 1).getFirst();
    submit("demo");

    assertThat(me.queue().requeue(claim)).isTrue();

    assertThat(ids(me.claim(DEMO, 1, 1))).containsExactly(first);
  }

  @Test
  void finishingFreesTheSlotAndTellsTheProject() {
    var first = submit("demo");
    var second = submit("demo");
    var claim = me.claim(DEMO, 1, 1).getFirst();
    assertThat(me.claim(DEMO, 1, 1)).isEmpty();

    me.finish(claim);

    assertThat(ids(me.claim(DEMO, 1, 1))).containsExactly(second);
    assertThat(events(first)).containsExactly("pending", "running", "completed");
  }

  @Test
  void failsWhatWaitedTooLong() {
    var id = me.submit(QueueFixture.command("demo", Priority.NORMAL, 30, null));
    QueueFixture.age(POSTGRES.jdbi(), Duration.ofSeconds(31));

    assertThat(me.claim(DEMO, 5, 1)).isEmpty();
    me.line().failExpired();

    assertThat(events(id)).containsExactly("pending", "failed");
    assertThat(count("SELECT count(*) FROM command_inputs")).isZero();
    assertThat(count("SELECT count(*) FROM pending_commands")).isZero();
  }

  @Test
  void tellsTheOwnerOfACancel() {
    var id = submit("demo");
    assertThat(me.claim(DEMO, 5, 1)).hasSize(1);

    assertThat(me.queue().requestCancel(id, Duration.ofSeconds(7), QueueFixture.ALICE)).isTrue();
    assertThat(me.queue().requestCancel(id, Duration.ofSeconds(9), QueueFixture.ALICE)).isFalse();

    assertThat(me.queue().killRequests("me", Set.of(id.value())))
        .containsExactly(
            Map.entry(id.value(), new Claim.KillRequest("cancel", Duration.ofSeconds(7))));
    assertThat(me.queue().killRequests("other", Set.of(id.value()))).isEmpty();
  }

  private CommandId submit(String project) {
    return me.submit(project, Priority.NORMAL);
  }

  private static QueueFixture fixture(String owner) {
    return new QueueFixture(POSTGRES, POSTGRES.jdbi(), owner);
  }

  private static List<CommandId> ids(List<Claim> claims) {
    return claims.stream().map(it -> it.command().id()).toList();
  }

  private static void expireLeases() {
    POSTGRES
        .jdbi()
        .useHandle(
            handle ->
                handle.execute("UPDATE commands SET lease_until = now() - interval '1 second'"));
  }

  private static int count(String sql) {
    return POSTGRES.jdbi().withHandle(handle -> handle.createQuery(sql).mapTo(Integer.class).one());
  }

  private static List<String> events(CommandId id) {
    return POSTGRES
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT status FROM project_events WHERE command_id = :id ORDER BY id")
                    .bind("id", id.value())
                    .mapTo(String.class)
                    .list());
  }

  /// They are found by what only a cancellation writes.
  @Test
  void listsWhatWasCancelledHoweverItWas() {
    var waiting = submit("demo");
    var all = submit("other");
    var running = submit("running");
    submit("left");
    me.line().cancel(waiting, QueueFixture.ALICE);
    me.line().cancelAll("other", QueueFixture.ALICE);
    var claim = me.claim(List.of("running"), 5, 1).getFirst();
    me.queue().requestCancel(running, Duration.ofSeconds(1), QueueFixture.ALICE);
    assertThat(me.queue().finish(claim, cancelled())).isTrue();

    assertThat(Search.of(CommandStatus.CANCELLED).ask(POSTGRES.jdbi()))
        .extracting(Command::id)
        .containsExactlyInAnyOrder(waiting, all, running);
  }

  @Test
  void whatWasHandedOverIsNotRenewedAnyMore() {
    var id = submit("demo");
    var claim = me.claim(DEMO, 1, 1).getFirst();
    assertThat(me.queue().release(claim)).isTrue();

    // A renewal that was under way comes late.
    assertThat(me.queue().renew(me.owner(), List.of(id.value()))).isEmpty();

    assertThat(other.queue().adopt(other.owner(), Set.of(), 5, false))
        .extracting(it -> it.command().id())
        .containsExactly(id);
  }

  private static Result cancelled() {
    return new Result(
        CommandStatus.CANCELLED,
        null,
        "KILL",
        null,
        null,
        null,
        0,
        "a".repeat(64),
        "b".repeat(64),
        null);
  }
}
