package ai.orchard9.rdev.command.queue;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.queue.QueueModel.Lease;
import ai.orchard9.rdev.command.queue.QueueWorld.Server;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Jdbi;

/// What those who execute commands do: claim, report, keep their leases, take over.
final class OwnerSteps {
  private static final Duration RENEWAL = Duration.ofSeconds(3);

  private final QueueWorld world;
  private final Jdbi jdbi;
  private final RandomGenerator random;
  private final QueueModel model;
  private final List<Server> servers;
  private final List<Claim> claims;
  private long renewedAt = System.nanoTime();

  OwnerSteps(QueueWorld world) {
    this.world = world;
    this.jdbi = world.jdbi;
    this.random = world.random;
    this.model = world.model;
    this.servers = world.servers;
    this.claims = world.claims;
  }

  void claim() {
    var some = world.projects.stream().filter(_ -> random.nextInt(4) > 0).toList();
    claim(
        world.pick(servers),
        some,
        random.nextInt(4) > 0 ? world.limit : 1 + random.nextInt(QueueWorld.HIGHEST_LIMIT),
        1 + random.nextInt(QueueWorld.MOST_AT_ONCE));
  }

  List<Claim> claim(Server server, List<String> some, int perProject, int count) {
    world.tell("claim", count, "of", some, "each", perProject);
    var claimed = server.fixture.claim(some, perProject, count);
    started(server, some, perProject, count, claimed);
    return claimed;
  }

  /// The moment of a claim stands in what it claimed.
  void started(Server server, List<String> some, int perProject, int count, List<Claim> claimed) {
    var at =
        claimed.isEmpty()
            ? world.now()
            : Optional.ofNullable(claimed.getFirst().command().startedAt())
                .orElseThrow()
                .plus(world.passed);
    var expected = model.claimable(some, perProject, count, at);
    assertThat(QueueWorld.ids(claimed)).containsExactlyInAnyOrderElementsOf(expected);
    for (var claim : claimed) {
      var entry = model.get(claim.command().id().value());
      model.start(entry, server.fixture.owner(), at);
      assertThat(claim.token()).isEqualTo(entry.token);
      assertThat(claim.command().attempt()).isEqualTo(entry.attempt);
      assertThat(claim.stdin()).asString().isEqualTo("in");
      assertThat(claim.environment()).containsExactly(Map.entry("A", "1"));
    }
    claims.addAll(claimed);
  }

  void finish() {
    withClaim(
        "finish",
        (server, claim) -> {
          var entry = world.current(claim);
          assertThat(server.fixture.finish(claim)).isEqualTo(entry.isPresent());
          entry.ifPresent(it -> it.becomes(CommandStatus.COMPLETED));
        });
  }

  void requeue() {
    withClaim(
        "requeue",
        (server, claim) -> {
          var entry = world.current(claim).filter(it -> !it.acknowledged);
          assertThat(server.fixture.queue().requeue(claim)).isEqualTo(entry.isPresent());
          entry.ifPresent(model::putBack);
        });
  }

  void acknowledge() {
    withClaim(
        "acknowledge",
        (server, claim) -> {
          server.fixture.queue().acknowledge(claim);
          world.current(claim).ifPresent(it -> it.acknowledged = true);
        });
  }

  void release() {
    withClaim(
        "release",
        (server, claim) -> {
          var entry = world.current(claim);
          assertThat(server.fixture.queue().release(claim)).isEqualTo(entry.isPresent());
          entry.ifPresent(it -> it.lease = Lease.RELEASED);
        });
  }

  private interface Deed {
    void to(Server server, Claim claim);
  }

  /// Mostly with a claim that counts, else with any, which may be long out of date.
  private void withClaim(String what, Deed deed) {
    var those =
        random.nextInt(5) == 0
            ? claims
            : claims.stream().filter(it -> world.current(it).isPresent()).toList();
    if (!those.isEmpty()) {
      var claim = world.pick(those);
      world.tell(what, claim.command().id(), "token", claim.token());
      deed.to(world.pick(servers), claim);
    }
  }

  void loseLeases() {
    var lost = model.list(it -> it.isRunning() && it.lease == Lease.HELD && random.nextBoolean());
    world.tell("leases run out", QueueWorld.ids(lost, _ -> true));
    jdbi.useHandle(
        handle ->
            handle.execute(
                "UPDATE commands SET lease_until = clock_timestamp() - interval '1 second'"
                    + " WHERE id = ANY(?)",
                (Object) QueueWorld.ids(lost, _ -> true).toArray(String[]::new)));
    lost.forEach(it -> it.lease = Lease.RUN_OUT);
  }

  void adopt() {
    var silent = random.nextBoolean();
    var mine = QueueWorld.ids(model.all(), it -> it.isRunning() && random.nextInt(6) == 0);
    adopt(world.pick(servers), mine, 1 + random.nextInt(4), silent);
  }

  private void adopt(Server server, List<String> mine, int count, boolean silent) {
    world.tell("adopt", count, "but", mine, "silent", silent);
    var open =
        model.list(
            it ->
                it.isRunning()
                    && !mine.contains(it.id)
                    && (it.lease == Lease.RELEASED || (silent && it.lease == Lease.RUN_OUT)));
    var adopted = server.fixture.queue().adopt(server.fixture.owner(), mine, count, silent);

    assertThat(QueueWorld.ids(adopted))
        .isSubsetOf(QueueWorld.ids(open, _ -> true))
        .doesNotHaveDuplicates();
    assertThat(adopted).hasSize(Math.min(count, open.size()));
    if (open.stream().filter(it -> it.lease == Lease.RELEASED).count() >= count) {
      assertThat(adopted).allMatch(it -> world.get(it).lease == Lease.RELEASED);
    }
    for (var claim : adopted) {
      var entry = world.get(claim);
      model.takeOver(entry, server.fixture.owner());
      assertThat(claim.token()).isEqualTo(entry.token);
      assertThat(claim.acknowledged()).isEqualTo(entry.acknowledged);
    }
    claims.addAll(adopted);
  }

  void renew() {
    renew(world.pick(servers), QueueWorld.ids(model.all(), _ -> random.nextBoolean()));
  }

  private void renew(Server server, List<String> asked) {
    world.tell("renew", server.fixture.owner(), asked);
    var owner = server.fixture.owner();
    var mine =
        model.list(
            it ->
                asked.contains(it.id)
                    && it.isRunning()
                    && owner.equals(it.owner)
                    && it.lease != Lease.RELEASED);
    assertThat(server.fixture.queue().renew(owner, asked))
        .containsExactlyInAnyOrderElementsOf(QueueWorld.ids(mine, _ -> true));
    mine.forEach(it -> it.lease = Lease.HELD);
  }

  /// On a slow machine a history may take longer than a lease.
  void keepLeases() {
    if (System.nanoTime() - renewedAt > RENEWAL.toNanos()) {
      for (var server : servers) {
        renew(server, QueueWorld.ids(model.all(), it -> it.isRunning() && it.lease == Lease.HELD));
      }
      renewedAt = System.nanoTime();
    }
  }
}
