package ai.orchard9.rdev.command.queue;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.command.queue.QueueModel.Entry;
import ai.orchard9.rdev.command.queue.QueueWorld.Server;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What those who submit commands and those who operate the queue do.
final class LineSteps {
  private static final Duration IDEMPOTENCY = Duration.ofHours(24);

  private final QueueWorld world;
  private final RandomGenerator random;
  private final QueueModel model;
  private final List<Server> servers;
  private final List<String> projects;
  private final OwnerSteps owners;
  private final Map<String, Known> known = new HashMap<>();

  /// @param owners what is claimed by a submission is theirs
  LineSteps(QueueWorld world, OwnerSteps owners) {
    this.world = world;
    this.random = world.random;
    this.model = world.model;
    this.servers = world.servers;
    this.projects = world.projects;
    this.owners = owners;
  }

  /// What an idempotency key stands for.
  private record Known(String fingerprint, String id, Instant since) {}

  void submit() {
    submit(0);
  }

  void submitWhereThereIsRoom() {
    submit(world.limit);
  }

  /// @param room how many of the project may run where it is submitted; 0: not claimed there
  private void submit(int room) {
    var server = world.pick(servers);
    var project = world.pick(projects);
    var priority = world.pick(List.of(Priority.values()));
    var startWithin = random.nextInt(5) == 0 ? 10 * (1 + random.nextInt(12)) : null;
    var idempotency =
        random.nextInt(3) == 0
            ? new NewCommand.Idempotency(
                world.seed + "-" + random.nextInt(4), String.valueOf(random.nextInt(2)).repeat(64))
            : null;
    world.tell("submit", project, priority, "within", startWithin, idempotency, "room", room);
    var command = QueueFixture.command(project, priority, startWithin, idempotency);
    var expected = expected(idempotency);

    // Else it would not try again for a moment where an earlier one could not start (IntakeTest).
    server.fixture.line().freed(project);
    server.room = room;
    var taken = server.fixture.line().submit(command);
    server.room = 0;

    if (expected != null) {
      assertThat(taken).isEqualTo(expected);
      assertThat(server.started).isEmpty();
      return;
    }
    assertThat(taken).isInstanceOf(Taken.Fresh.class);
    if (taken instanceof Taken.Fresh(var row, var position)) {
      var entry = entry(row.id(), project, priority, row.createdAt(), startWithin);
      if (idempotency != null) {
        known.put(
            idempotency.key(), new Known(idempotency.fingerprint(), entry.id, entry.createdAt));
      }
      if (room > 0) {
        var started = new ArrayList<>(server.started);
        server.started.clear();
        owners.started(server, List.of(project), room, 1, started);
      }
      assertThat(position).isEqualTo(entry.isPending() ? model.position(entry) : null);
      assertThat(row.status()).isEqualTo(entry.status);
    }
  }

  private Entry entry(
      CommandId id,
      String project,
      Priority priority,
      Instant createdAt,
      @Nullable Integer startWithin) {
    var at = createdAt.plus(world.passed);
    var startBefore = startWithin == null ? null : at.plusSeconds(startWithin);
    var entry = new Entry(id.value(), project, priority, at, startBefore);
    model.add(entry);
    return entry;
  }

  /// What a submission under a key that is known must answer; null: it is fresh.
  private @Nullable Taken expected(NewCommand.@Nullable Idempotency idempotency) {
    var before = idempotency == null ? null : known.get(idempotency.key());
    if (idempotency == null
        || before == null
        || before.since().isBefore(world.now().minus(IDEMPOTENCY))) {
      return null;
    }
    return before.fingerprint().equals(idempotency.fingerprint())
        ? new Taken.Replay(before.id())
        : new Taken.Conflict();
  }

  void cancel() {
    withAny(
        "cancel",
        entry -> {
          var cancelled =
              world
                  .pick(servers)
                  .fixture
                  .line()
                  .cancel(new CommandId(entry.id), QueueFixture.ALICE);
          assertThat(cancelled.isPresent()).isEqualTo(entry.isPending());
          if (entry.isPending()) {
            entry.becomes(CommandStatus.CANCELLED);
          }
        });
  }

  void cancelAll() {
    var project = world.pick(projects);
    world.tell("cancel all of", project);
    var line = model.line(project);
    assertThat(world.pick(servers).fixture.line().cancelAll(project, QueueFixture.ALICE))
        .isEqualTo(line.size());
    line.forEach(it -> it.becomes(CommandStatus.CANCELLED));
  }

  void prioritize() {
    var priority = world.pick(List.of(Priority.values()));
    withAny(
        "make " + priority,
        entry -> {
          var moved =
              world
                  .pick(servers)
                  .fixture
                  .line()
                  .prioritize(new CommandId(entry.id), priority, QueueFixture.ALICE);
          assertThat(moved.isPresent()).isEqualTo(entry.isPending());
          if (entry.isPending()) {
            entry.priority = priority;
          }
        });
  }

  private interface Change {
    void of(Entry entry);
  }

  private void withAny(String what, Change change) {
    var some = model.list(it -> it.isPending() || random.nextInt(10) == 0);
    if (!some.isEmpty()) {
      var entry = world.pick(some);
      world.tell(what, entry.id);
      change.of(entry);
    }
  }

  void pause() {
    var project = projectOrAll();
    world.tell("pause", project);
    assertThat(world.pick(servers).fixture.pauses().pause(project, "alice"))
        .isEqualTo(model.pause(project.orElse("")));
  }

  void resume() {
    resume(projectOrAll());
  }

  void resume(Optional<String> project) {
    world.tell("resume", project);
    assertThat(world.pick(servers).fixture.pauses().resume(project))
        .isEqualTo(model.resume(project.orElse("")));
  }

  private Optional<String> projectOrAll() {
    return random.nextInt(3) == 0 ? Optional.empty() : Optional.of(world.pick(projects));
  }

  void failExpired() {
    world.tell("fail what is expired");
    world.pick(servers).fixture.line().failExpired();
    var at = world.now();
    model
        .list(it -> it.isPending() && it.isExpired(at))
        .forEach(it -> it.becomes(CommandStatus.FAILED));
  }
}
