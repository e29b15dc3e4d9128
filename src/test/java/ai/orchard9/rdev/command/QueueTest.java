package ai.orchard9.rdev.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class QueueTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final RequestContext REQUEST = new RequestContext("r-1", "192.0.2.1");
  private static final Caller ALICE = Caller.admin("alice", "alice");
  private static final Map<String, Place> DEMO = Map.of("demo", new Place("demo", null, "/demo"));

  private Queue queue = queue();

  @BeforeEach
  void empty() {
    POSTGRES.truncate("commands", "slots", "project_events");
    queue = queue();
  }

  @Test
  void claimsTheOldestAndNothingBeyondTheLimit() {
    var first = submit("demo", "first");
    var second = submit("demo", "second");
    submit("demo", "third");

    assertThat(claimed(2)).isEqualTo(first);
    assertThat(claimed(2)).isEqualTo(second);
    assertThat(queue.claim("me", DEMO, Map.of(), 2)).isEmpty();
  }

  @Test
  void startsNothingUntilWhatRunsIsUnderALoweredLimit() {
    for (int i = 0; i < 5; i++) {
      submit("demo", "c" + i);
    }
    var first = queue.claim("me", DEMO, Map.of(), 3).orElseThrow();
    var second = queue.claim("me", DEMO, Map.of(), 3).orElseThrow();
    assertThat(queue.claim("me", DEMO, Map.of(), 3)).isPresent();

    assertThat(queue.finish(first, completed())).isTrue();
    assertThat(queue.claim("me", DEMO, Map.of(), 2)).isEmpty();
    assertThat(queue.finish(second, completed())).isTrue();
    assertThat(queue.claim("me", DEMO, Map.of(), 2)).isPresent();
    assertThat(queue.claim("me", DEMO, Map.of(), 2)).isEmpty();
    assertThat(queue.claim("me", DEMO, Map.of(), 4)).isPresent();
  }

  @Test
  void handsTheInputsOverAndNotesTheSpoolAndThePlace() {
    submit("demo", "cat");
    var place =
        new Place("demo", new Place.Container("pod-1", "uid-1", "main", "containerd://1"), "/work");

    var claim = queue.claim("me", Map.of("demo", place), Map.of("demo", "i-1"), 5).orElseThrow();

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
      submit("demo", "c" + i);
    }
    var claims = new ArrayList<Optional<Claim>>();
    try (var threads = Executors.newFixedThreadPool(16)) {
      var tasks = new ArrayList<Callable<Optional<Claim>>>();
      for (int i = 0; i < 16 * 4; i++) {
        tasks.add(() -> queue.claim("me", DEMO, Map.of(), 5));
      }
      for (var future : threads.invokeAll(tasks)) {
        claims.add(future.get());
      }
    }

    var ids = claims.stream().flatMap(Optional::stream).map(it -> it.command().id()).toList();
    assertThat(ids).hasSizeLessThanOrEqualTo(5).doesNotHaveDuplicates();
    var running =
        POSTGRES
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery("SELECT count(*) FROM commands WHERE status = 'running'")
                        .mapTo(Integer.class)
                        .one());
    assertThat(running).isEqualTo(ids.size());
  }

  @Test
  void whoLostTheLeaseCanChangeNothing() {
    submit("demo", "x");
    var old = queue.claim("old", DEMO, Map.of("demo", "i"), 5).orElseThrow();
    expireLeases();
    var taken = queue.adopt("new", List.of(), 10, true);

    assertThat(taken).hasSize(1);
    assertThat(taken.getFirst().token()).isGreaterThan(old.token());
    assertThat(taken.getFirst().command().adoptions()).isEqualTo(1);
    assertThat(queue.renew("old", List.of(old.command().id().value()))).isEmpty();
    assertThat(queue.storeInstance(old, "other")).isFalse();
    assertThat(queue.requeue(old)).isFalse();
    assertThat(queue.finish(old, completed())).isFalse();
    assertThat(queue.finish(taken.getFirst(), completed())).isTrue();
    assertThat(queue.finish(taken.getFirst(), completed())).isFalse();
  }

  @Test
  void adoptsNothingWhoseLeaseHolds() {
    submit("demo", "x");
    assertThat(queue.claim("old", DEMO, Map.of(), 5)).isPresent();

    assertThat(queue.adopt("new", List.of(), 10, true)).isEmpty();
  }

  @Test
  void takesNoSilentOwnersCommandsBeforeTheDatabaseIsSettled() {
    submit("demo", "x");
    assertThat(queue.claim("old", DEMO, Map.of(), 5)).isPresent();
    expireLeases();

    assertThat(queue.adopt("new", List.of(), 10, false)).isEmpty();
  }

  @Test
  void aReleasedCommandCanBeTakenOverAtOnce() {
    submit("demo", "x");
    var claim = queue.claim("old", DEMO, Map.of(), 5).orElseThrow();

    assertThat(queue.release(claim)).isTrue();
    assertThat(queue.adopt("new", List.of(), 10, false)).hasSize(1);
  }

  @Test
  void putsBackOnlyWhatWasNeverAcknowledged() {
    submit("demo", "x");
    var claim = queue.claim("me", DEMO, Map.of(), 1).orElseThrow();
    assertThat(queue.requeue(claim)).isTrue();

    var again = queue.claim("me", DEMO, Map.of(), 1).orElseThrow();
    assertThat(again.command().attempt()).isEqualTo(2);
    assertThat(again.stdin()).asString().isEqualTo("in");
    queue.acknowledge(again);
    assertThat(queue.requeue(again)).isFalse();
    assertThat(inputs()).isZero();
  }

  @Test
  void finishingFreesTheSlotAndTellsTheProject() {
    var first = submit("demo", "x");
    var second = submit("demo", "y");
    var claim = queue.claim("me", DEMO, Map.of(), 1).orElseThrow();
    assertThat(queue.claim("me", DEMO, Map.of(), 1)).isEmpty();

    queue.finish(claim, completed());

    assertThat(claimed(1)).isEqualTo(second);
    assertThat(events(first)).containsExactly("pending", "running", "completed");
  }

  @Test
  void failsWhatWaitedTooLong() {
    var id = submit("demo", "x");
    POSTGRES
        .jdbi()
        .useHandle(
            handle ->
                handle.execute("UPDATE commands SET start_before = now() - interval '1 second'"));

    assertThat(queue.claim("me", DEMO, Map.of(), 5)).isEmpty();
    queue.failExpired();

    assertThat(events(id)).containsExactly("pending", "failed");
    assertThat(inputs()).isZero();
  }

  @Test
  void tellsTheOwnerOfACancel() {
    var id = submit("demo", "x");
    assertThat(queue.claim("me", DEMO, Map.of(), 5)).isPresent();
    POSTGRES
        .jdbi()
        .useExtension(
            CommandDao.class,
            dao -> dao.requestCancel(id.value(), 7, Requester.of(Actor.of(ALICE), REQUEST)));

    assertThat(queue.killRequests("me", Set.of(id.value())))
        .containsExactly(
            Map.entry(id.value(), new Claim.KillRequest("cancel", Duration.ofSeconds(7))));
    assertThat(queue.killRequests("other", Set.of(id.value()))).isEmpty();
  }

  private CommandId claimed(int limit) {
    return queue.claim("me", DEMO, Map.of(), limit).orElseThrow().command().id();
  }

  private static Result completed() {
    return new Result(
        CommandStatus.COMPLETED, 0, null, null, null, null, 0, "a".repeat(64), "b".repeat(64));
  }

  private CommandId submit(String project, String text) {
    var id = CommandId.random(Instant.EPOCH);
    var submission =
        new Submission(
            new Instruction.Shell(text),
            60,
            Priority.NORMAL,
            "",
            Map.of("A", "1"),
            bytes("in"),
            null,
            Map.of());
    var row =
        CommandRow.of(id, project, ALICE, submission, new CommandService.Origin(REQUEST, null));
    POSTGRES.jdbi().useExtension(CommandDao.class, dao -> dao.insert(row));
    return id;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static void expireLeases() {
    POSTGRES
        .jdbi()
        .useHandle(
            handle ->
                handle.execute("UPDATE commands SET lease_until = now() - interval '1 second'"));
  }

  private static int inputs() {
    return POSTGRES
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("SELECT count(*) FROM command_inputs")
                    .mapTo(Integer.class)
                    .one());
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

  private static Queue queue() {
    var life = new ProjectEvents(POSTGRES.jdbi(), metrics());
    var output =
        new OutputLog(
            POSTGRES.jdbi(), POSTGRES::connect, "me", metrics(), new PrometheusRegistry());
    return new Queue(POSTGRES.jdbi(), life, output);
  }

  private static BackgroundMetrics metrics() {
    return new BackgroundMetrics(new PrometheusRegistry());
  }
}
