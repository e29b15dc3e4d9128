package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.queue.QueueModel.Entry;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Three servers over one database, the model beside them, and what has happened to them. Whatever
/// is left to chance is decided by the seed.
final class QueueWorld {
  static final int MOST_AT_ONCE = 7;
  static final int HIGHEST_LIMIT = 6;
  private static final int SERVERS = 3;
  private static final int PROJECTS = 4;

  final Jdbi jdbi;
  final long seed;
  final RandomGenerator random;
  final QueueModel model = new QueueModel();
  final List<Server> servers;
  final List<String> projects;

  /// Every claim ever handed out, those out of date too.
  final List<Claim> claims = new ArrayList<>();

  /// How much time was let pass.
  Duration passed = Duration.ZERO;

  /// How many may run in a project, for those who do not think otherwise.
  int limit = 2;

  private final List<String> told = new ArrayList<>();

  QueueWorld(PostgresExtension postgres, Jdbi jdbi, long seed) {
    this.jdbi = jdbi;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.servers =
        IntStream.range(0, SERVERS)
            .mapToObj(it -> new Server(new QueueFixture(postgres, jdbi, "server-" + it)))
            .toList();
    this.projects = IntStream.range(0, PROJECTS).mapToObj(it -> "p" + it + "-" + seed).toList();
  }

  /// A server that takes what it submits when it is told to have room.
  static final class Server implements Claimant {
    final QueueFixture fixture;
    final ConcurrentLinkedQueue<Claim> started = new ConcurrentLinkedQueue<>();
    volatile int room;

    Server(QueueFixture fixture) {
      this.fixture = fixture;
      fixture.queue().serve(this, () -> {});
    }

    @Override
    public Optional<ClaimOrder> order(Set<String> projects, int count) {
      return room == 0 ? Optional.empty() : Optional.of(fixture.order(projects, room, count));
    }

    @Override
    public void take(ClaimOrder order, List<Claim> claims) {
      started.addAll(claims);
    }

    @Override
    public void giveBack(ClaimOrder order) {}
  }

  void tell(@Nullable Object... words) {
    told.add(told.size() + 1 + Stream.of(words).map(it -> " " + it).collect(Collectors.joining()));
  }

  /// All that has happened, one step a line.
  String story() {
    return String.join("\n", told);
  }

  /// By the database, and what was let pass on top.
  Instant now() {
    return jdbi.withHandle(
            handle -> handle.createQuery("SELECT clock_timestamp()").mapTo(Instant.class).one())
        .plus(passed);
  }

  Entry get(Claim claim) {
    return model.get(claim.command().id().value());
  }

  /// The command, if nobody was given it after that claim.
  Optional<Entry> current(Claim claim) {
    return Optional.of(model.get(claim.command().id().value()))
        .filter(it -> it.isRunning() && it.token == claim.token());
  }

  <T> T pick(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  static List<String> ids(List<Claim> claims) {
    return claims.stream().map(it -> it.command().id().value()).toList();
  }

  static List<String> ids(Iterable<Entry> entries, Predicate<Entry> which) {
    var ids = new ArrayList<String>();
    for (var entry : entries) {
      if (which.test(entry)) {
        ids.add(entry.id);
      }
    }
    return ids;
  }
}
