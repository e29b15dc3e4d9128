package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.Priority;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;

/// One of the servers of a storm: submits, claims, and decides what becomes of what it has claimed.
final class StormServer implements Claimant {
  private static final int MOST_AT_ONCE = 6;

  private final QueueStorm storm;
  private final StormRecord told;
  private final StormLimit limit;
  private final QueueFixture fixture;

  StormServer(QueueStorm storm, StormRecord told, StormLimit limit, QueueFixture fixture) {
    this.storm = storm;
    this.told = told;
    this.limit = limit;
    this.fixture = fixture;
    fixture.queue().serve(this, () -> {});
  }

  QueueFixture fixture() {
    return fixture;
  }

  @Override
  public Optional<ClaimOrder> order(Set<String> projects, int count) {
    if (storm.isOver() || storm.random().nextInt(3) == 0) {
      return Optional.empty();
    }
    limit.enter();
    return Optional.of(fixture.order(projects, limit.next(storm.random()), count));
  }

  @Override
  public void take(ClaimOrder order, List<Claim> claims) {
    limit.leave();
    told.claimed(claims, order.perProject()).forEach(it -> storm.start(() -> decide(it)));
  }

  @Override
  public void giveBack(ClaimOrder order) {
    limit.leave();
  }

  /// A few at the same time, so that they share commits; some under one idempotency key.
  void submit(RandomGenerator random) throws InterruptedException, ExecutionException {
    var burst = new ArrayList<Future<?>>();
    for (int i = random.nextInt(6); i >= 0; i--) {
      var idempotency =
          random.nextInt(5) == 0
              ? new NewCommand.Idempotency("k" + random.nextInt(50), "a".repeat(64))
              : null;
      var command =
          QueueFixture.command(
              QueueStorm.pick(random, QueueStorm.PROJECTS),
              QueueStorm.pick(random, List.of(Priority.values())),
              random.nextInt(10) == 0 ? 1 : null,
              idempotency);
      burst.add(storm.aside(() -> submit(command)));
    }
    for (var it : burst) {
      it.get();
    }
  }

  private boolean submit(NewCommand command) {
    var id =
        switch (fixture.line().submit(command)) {
          case Taken.Fresh(var row, var _) -> row.id().value();
          case Taken.Replay(var known) -> known;
          case Taken.Conflict(), Taken.Busy() ->
              throw new IllegalStateException("all are the same");
        };
    told.submitted(command, id);
    return true;
  }

  void work(RandomGenerator random) throws InterruptedException, ExecutionException {
    var claims = claim(random);
    var fates = new ArrayList<Future<?>>();
    claims.forEach(it -> fates.add(storm.aside(() -> decide(it))));
    fixture
        .queue()
        .renew(fixture.owner(), claims.stream().map(it -> it.command().id().value()).toList());
    for (var it : fates) {
      it.get();
    }
  }

  private List<Claim> claim(RandomGenerator random) {
    var some = QueueStorm.PROJECTS.stream().filter(_ -> random.nextInt(4) > 0).toList();
    limit.enter();
    try {
      var perProject = limit.next(random);
      return told.claimed(
          fixture.claim(some, perProject, 1 + random.nextInt(MOST_AT_ONCE)), perProject);
    } finally {
      limit.leave();
    }
  }

  /// Takes over what it can; those who had it before go on as if they had not heard.
  void rescue(RandomGenerator random) throws InterruptedException, ExecutionException {
    var fates = new ArrayList<Future<?>>();
    for (var it : fixture.queue().adopt(fixture.owner(), List.of(), 1 + random.nextInt(5), true)) {
      var before = told.adopted(it);
      fates.add(storm.aside(() -> decide(it)));
      before.ifPresent(old -> fates.add(storm.aside(() -> decide(old))));
    }
    for (var it : fates) {
      it.get();
    }
  }

  /// What becomes of a claim: mostly its end, sometimes told twice; else it is put back, handed
  /// over or forgotten.
  private boolean decide(Claim claim) throws InterruptedException, ExecutionException {
    var random = storm.random();
    var queue = fixture.queue();
    switch (random.nextInt(10)) {
      case 0 -> queue.release(claim);
      case 1 -> {}
      case 2, 3 -> {
        if (random.nextInt(4) == 0) {
          queue.acknowledge(claim);
        }
        if (!queue.requeue(claim)) {
          finish(claim);
        }
      }
      case 4 -> {
        var twin = storm.aside(() -> storm.anyServer().finish(claim));
        finish(claim);
        twin.get();
      }
      default -> finish(claim);
    }
    return true;
  }

  /// Which report was believed stands in the exit code.
  boolean finish(Claim claim) {
    var result =
        new Result(
            CommandStatus.COMPLETED,
            (int) claim.token(),
            null,
            null,
            null,
            null,
            0,
            "a",
            "b",
            null);
    var counts = fixture.queue().finish(claim, result);
    if (counts) {
      told.finished(claim);
    }
    return counts;
  }
}
