package ai.orchard9.rdev.command.queue;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;

/// One generated history of the queues of three servers over one database, each step compared with
/// [QueueModel]. Everything is decided by the seed. Its projects are its own, so that histories can
/// follow each other without emptying tables.
final class QueueHistory {
  /// Whole steps of ten seconds, and a history is over long before it took that long: what is due
  /// at a moment is the same before and after the statement that asks.
  private static final List<Duration> PASSES =
      List.of(
          Duration.ofSeconds(10),
          Duration.ofMinutes(1),
          Duration.ofMinutes(5),
          QueueFixture.AGING,
          QueueFixture.AGING.multipliedBy(2),
          Duration.ofHours(25));

  private final QueueWorld world;
  private final OwnerSteps owners;
  private final LineSteps line;
  private final QueueTables tables;
  private final List<Step> steps;

  QueueHistory(PostgresExtension postgres, Jdbi jdbi, long seed) {
    this.world = new QueueWorld(postgres, jdbi, seed);
    this.owners = new OwnerSteps(world);
    this.line = new LineSteps(world, owners);
    this.tables = new QueueTables(world);
    this.steps =
        List.of(
            new Step(28, line::submit),
            new Step(6, line::submitWhereThereIsRoom),
            new Step(22, owners::claim),
            new Step(14, owners::finish),
            new Step(5, owners::requeue),
            new Step(3, owners::acknowledge),
            new Step(3, owners::release),
            new Step(3, owners::loseLeases),
            new Step(4, owners::adopt),
            new Step(2, owners::renew),
            new Step(3, line::cancel),
            new Step(1, line::cancelAll),
            new Step(5, line::prioritize),
            new Step(3, line::pause),
            new Step(4, line::resume),
            new Step(6, this::letTimePass),
            new Step(3, line::failExpired),
            new Step(3, this::changeLimit));
  }

  private record Step(int weight, Runnable run) {}

  /// Runs some steps and then everything that is left.
  void run(int count) {
    try {
      for (int i = 0; i < count; i++) {
        owners.keepLeases();
        step();
        tables.compare();
      }
      drain();
    } catch (AssertionError | RuntimeException failure) {
      throw new AssertionError(
          "-Drdev.seed=" + world.seed + "\n" + world.story() + "\n" + failure.getMessage(),
          failure);
    }
  }

  private void step() {
    var dice = world.random.nextInt(steps.stream().mapToInt(Step::weight).sum());
    for (var step : steps) {
      dice -= step.weight();
      if (dice < 0) {
        step.run().run();
        return;
      }
    }
  }

  private void letTimePass() {
    var time = world.pick(PASSES);
    world.tell("pass", time);
    QueueFixture.age(world.jdbi, time);
    world.passed = world.passed.plus(time);
  }

  private void changeLimit() {
    world.limit = 1 + world.random.nextInt(QueueWorld.HIGHEST_LIMIT);
    world.tell("limit", world.limit);
  }

  /// All that is left runs to its end, and everything has exactly one.
  private void drain() {
    world.tell("drain");
    Stream.concat(Stream.of(Optional.<String>empty()), world.projects.stream().map(Optional::of))
        .forEach(line::resume);
    line.failExpired();
    while (world.model.all().stream().anyMatch(it -> !it.status.isFinal())) {
      owners.claim(
          world.pick(world.servers),
          world.projects,
          QueueWorld.HIGHEST_LIMIT,
          QueueWorld.MOST_AT_ONCE);
      for (var claim : List.copyOf(world.claims)) {
        var entry = world.current(claim);
        assertThat(world.pick(world.servers).fixture.finish(claim)).isEqualTo(entry.isPresent());
        entry.ifPresent(it -> it.becomes(CommandStatus.COMPLETED));
      }
      world.claims.clear();
      tables.compare();
    }
    tables.compareLives();
  }
}
