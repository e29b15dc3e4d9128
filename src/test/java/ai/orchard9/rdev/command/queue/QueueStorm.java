package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.command.output.Commands;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;

/// Three servers that do everything to one queue at once, as fast as they can, and remember what
/// they were told.
final class QueueStorm implements AutoCloseable {
  private static final int SERVERS = 3;
  private static final int HIGHEST_LIMIT = 5;
  private static final int MOST_AT_ONCE = 6;
  private static final int MANY = 1000;
  static final List<String> PROJECTS = List.of("demo-a", "demo-b", "demo-c");

  private final Limits limits;
  private final long seed;
  private final AtomicLong dice = new AtomicLong();
  private final List<Commands> pools;
  private final List<Server> servers;
  private final ExecutorService small = Executors.newVirtualThreadPerTaskExecutor();

  /// Shared by claims, and held alone while the limit of all changes: no two claims under different
  /// limits overlap.
  private final Semaphore claiming = new Semaphore(MANY, true);

  private volatile int limit = 3;
  private volatile boolean isOver;

  private final Set<String> submitted = ConcurrentHashMap.newKeySet();
  private final Map<String, String> commandOfKey = new ConcurrentHashMap<>();
  private final Map<Attempt, Integer> limitOf = new ConcurrentHashMap<>();
  private final Map<String, Long> finished = new ConcurrentHashMap<>();
  private final Map<String, Claim> newest = new ConcurrentHashMap<>();
  private final Queue<Future<?>> started = new ConcurrentLinkedQueue<>();
  private final Queue<String> problems = new ConcurrentLinkedQueue<>();

  /// Under which limit a command is claimed.
  enum Limits {
    /// One that holds for all, and changes.
    OF_ALL,
    /// Each claim another, as if servers did not agree.
    OF_EACH
  }

  /// One start of a command.
  record Attempt(String id, int number) {
    static Attempt of(Command command) {
      return new Attempt(command.id().value(), command.attempt());
    }
  }

  QueueStorm(PostgresExtension postgres, Limits limits, long seed) {
    this.limits = limits;
    this.seed = seed;
    this.pools =
        IntStream.range(0, SERVERS).mapToObj(_ -> new Commands(postgres.target())).toList();
    this.servers =
        IntStream.range(0, SERVERS)
            .mapToObj(
                it -> {
                  var jdbi = pools.get(it).jdbi();
                  jdbi.setSqlLogger(failures());
                  return new Server(new QueueFixture(postgres, jdbi, "server-" + it));
                })
            .toList();
  }

  /// Those who group submissions and ends try again, one by one: only here is every failure seen.
  private SqlLogger failures() {
    return new SqlLogger() {
      @Override
      public void logException(StatementContext context, SQLException failure) {
        problems.add(failure.getSQLState() + " " + failure.getMessage());
      }
    };
  }

  private final class Server implements Claimant {
    private final QueueFixture fixture;

    Server(QueueFixture fixture) {
      this.fixture = fixture;
      fixture.queue().serve(this, () -> {});
    }

    @Override
    public Optional<ClaimOrder> order(Set<String> projects, int count) {
      if (isOver || random().nextInt(3) == 0) {
        return Optional.empty();
      }
      claiming.acquireUninterruptibly();
      return Optional.of(fixture.order(projects, nextLimit(random()), count));
    }

    @Override
    public void take(ClaimOrder order, List<Claim> claims) {
      claiming.release();
      noted(claims, order.perProject())
          .forEach(it -> started.add(small.submit(() -> decide(this, it))));
    }

    @Override
    public void giveBack(ClaimOrder order) {
      claiming.release();
    }
  }

  Jdbi jdbi() {
    return pools.getFirst().jdbi();
  }

  Set<String> submitted() {
    return submitted;
  }

  /// The tokens of the reports of an end that were believed.
  Map<String, Long> finished() {
    return finished;
  }

  /// The limits under which commands were claimed.
  Map<Attempt, Integer> limitOf() {
    return limitOf;
  }

  /// What must not have happened.
  Queue<String> problems() {
    return problems;
  }

  /// @param bursts of submissions, by each server
  /// @param besides runs on a thread of its own again and again until all is over
  void rage(int bursts, Runnable besides) throws InterruptedException, ExecutionException {
    try (var threads = Executors.newCachedThreadPool()) {
      var loops = new ArrayList<Future<?>>();
      for (var server : servers) {
        loops.add(threads.submit(loop(random -> work(server, random))));
      }
      loops.add(threads.submit(loop(this::rescue)));
      loops.add(threads.submit(loop(this::operate)));
      loops.add(threads.submit(loop(this::changeLimit)));
      loops.add(threads.submit(loop(_ -> besides.run())));
      var submissions = new ArrayList<Future<?>>();
      for (var server : servers) {
        submissions.add(
            threads.submit(
                () -> {
                  var random = random();
                  for (int i = 0; i < bursts; i++) {
                    submit(server, random);
                  }
                  return true;
                }));
      }
      try {
        for (var it : submissions) {
          it.get();
        }
      } finally {
        isOver = true;
      }
      for (var it : loops) {
        it.get();
      }
    }
  }

  private interface Round {
    void run(RandomGenerator random) throws InterruptedException, ExecutionException;
  }

  private Callable<Boolean> loop(Round round) {
    return () -> {
      var random = random();
      while (!isOver) {
        round.run(random);
      }
      return true;
    };
  }

  /// A few at the same time, so that they share commits; some under one idempotency key.
  private void submit(Server server, RandomGenerator random)
      throws InterruptedException, ExecutionException {
    var burst = new ArrayList<Future<?>>();
    for (int i = random.nextInt(6); i >= 0; i--) {
      var idempotency =
          random.nextInt(5) == 0
              ? new NewCommand.Idempotency("k" + random.nextInt(50), "a".repeat(64))
              : null;
      var command =
          QueueFixture.command(
              pick(random, PROJECTS),
              pick(random, List.of(Priority.values())),
              random.nextInt(10) == 0 ? 1 : null,
              idempotency);
      burst.add(small.submit(() -> submit(server, command)));
    }
    for (var it : burst) {
      it.get();
    }
  }

  private void submit(Server server, NewCommand command) {
    var id =
        switch (server.fixture.line().submit(command)) {
          case Taken.Fresh(var row, var _) -> row.id().value();
          case Taken.Replay(var known) -> known;
          case Taken.Conflict() -> throw new IllegalStateException("all are the same");
        };
    submitted.add(id);
    if (command.idempotency() != null) {
      var other = commandOfKey.putIfAbsent(command.idempotency().key(), id);
      if (other != null && !other.equals(id)) {
        problems.add("two commands under one key: " + id + " " + other);
      }
    }
  }

  private void work(Server server, RandomGenerator random)
      throws InterruptedException, ExecutionException {
    var claims = claim(server, random);
    var fates = new ArrayList<Future<?>>();
    claims.forEach(it -> fates.add(small.submit(() -> decide(server, it))));
    server
        .fixture
        .queue()
        .renew(
            server.fixture.owner(), claims.stream().map(it -> it.command().id().value()).toList());
    for (var it : fates) {
      it.get();
    }
  }

  private List<Claim> claim(Server server, RandomGenerator random) throws InterruptedException {
    var some = PROJECTS.stream().filter(_ -> random.nextInt(4) > 0).toList();
    claiming.acquire();
    try {
      var perProject = nextLimit(random);
      return noted(
          server.fixture.claim(some, perProject, 1 + random.nextInt(MOST_AT_ONCE)), perProject);
    } finally {
      claiming.release();
    }
  }

  private int nextLimit(RandomGenerator random) {
    return limits == Limits.OF_ALL ? limit : 1 + random.nextInt(HIGHEST_LIMIT);
  }

  private List<Claim> noted(List<Claim> claims, int perProject) {
    for (var claim : claims) {
      if (limitOf.putIfAbsent(Attempt.of(claim.command()), perProject) != null) {
        problems.add("claimed twice: " + claim);
      }
      newest.put(claim.command().id().value(), claim);
    }
    return claims;
  }

  /// What becomes of a claim: mostly its end, sometimes told twice; else it is put back, handed
  /// over or forgotten.
  private boolean decide(Server server, Claim claim)
      throws InterruptedException, ExecutionException {
    var random = random();
    var queue = server.fixture.queue();
    switch (random.nextInt(10)) {
      case 0 -> queue.release(claim);
      case 1 -> {}
      case 2, 3 -> {
        if (random.nextInt(4) == 0) {
          queue.acknowledge(claim);
        }
        if (!queue.requeue(claim)) {
          finish(server, claim);
        }
      }
      case 4 -> {
        var twin = small.submit(() -> finish(pick(random(), servers), claim));
        finish(server, claim);
        twin.get();
      }
      default -> finish(server, claim);
    }
    return true;
  }

  /// Which report was believed stands in the exit code.
  private boolean finish(Server server, Claim claim) {
    var result =
        new Result(
            CommandStatus.COMPLETED, (int) claim.token(), null, null, null, null, 0, "a", "b");
    var counts = server.fixture.queue().finish(claim, result);
    if (counts && finished.putIfAbsent(claim.command().id().value(), claim.token()) != null) {
      problems.add("finished twice: " + claim);
    }
    return counts;
  }

  /// Leases run out, and somebody takes over.
  private void rescue(RandomGenerator random) throws InterruptedException, ExecutionException {
    loseLeases(random.nextInt(4));
    var server = pick(random, servers);
    var queue = server.fixture.queue();
    var adopted = queue.adopt(server.fixture.owner(), List.of(), 1 + random.nextInt(5), true);
    var fates = new ArrayList<Future<?>>();
    for (var it : adopted) {
      var before = newest.put(it.command().id().value(), it);
      fates.add(small.submit(() -> decide(server, it)));
      if (before != null) {
        fates.add(small.submit(() -> decide(server, before)));
      }
    }
    for (var it : fates) {
      it.get();
    }
  }

  private void loseLeases(int count) {
    jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    """
                    UPDATE commands SET lease_until = clock_timestamp() - interval '1 second'
                    WHERE id IN (SELECT id FROM commands WHERE status = 'running'
                      ORDER BY random() LIMIT ? FOR UPDATE SKIP LOCKED)
                    """,
                    count));
  }

  private void operate(RandomGenerator random) {
    var server = pick(random, servers).fixture;
    var id = new CommandId(submitted.stream().skip(somewhere(random)).findFirst().orElse("cmd-0"));
    var project =
        random.nextInt(3) == 0 ? Optional.<String>empty() : Optional.of(pick(random, PROJECTS));
    switch (random.nextInt(12)) {
      case 0 -> server.pauses().pause(project, "alice");
      case 1, 2, 3 -> server.pauses().resume(project);
      case 4 -> server.line().failExpired();
      case 5 -> server.line().cancel(id, QueueFixture.ALICE);
      case 6 -> {
        if (random.nextInt(20) == 0) {
          server.line().cancelAll(pick(random, PROJECTS), QueueFixture.ALICE);
        }
      }
      default ->
          server
              .line()
              .prioritize(id, pick(random, List.of(Priority.values())), QueueFixture.ALICE);
    }
  }

  private int somewhere(RandomGenerator random) {
    return random.nextInt(Math.max(1, submitted.size()));
  }

  private void changeLimit(RandomGenerator random) throws InterruptedException {
    Thread.sleep(random.nextInt(20));
    claiming.acquire(MANY);
    limit = 1 + random.nextInt(HIGHEST_LIMIT);
    claiming.release(MANY);
  }

  /// After the storm: everything that is left runs to its end.
  void calm() throws InterruptedException, ExecutionException {
    for (var it : started) {
      it.get();
    }
    var server = servers.getFirst();
    server.fixture.pauses().resume(Optional.empty());
    PROJECTS.forEach(it -> server.fixture.pauses().resume(Optional.of(it)));
    var quiet = false;
    while (!quiet) {
      loseLeases(MANY);
      var queue = server.fixture.queue();
      var left = new ArrayList<>(queue.adopt(server.fixture.owner(), List.of(), MANY, true));
      left.addAll(noted(server.fixture.claim(PROJECTS, HIGHEST_LIMIT, MANY), HIGHEST_LIMIT));
      server.fixture.line().failExpired();
      left.forEach(it -> finish(server, it));
      quiet = left.isEmpty();
    }
  }

  private RandomGenerator random() {
    return new SplittableRandom(seed + dice.incrementAndGet());
  }

  private static <T> T pick(RandomGenerator random, List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  @Override
  public void close() {
    small.close();
    pools.forEach(Commands::close);
  }
}
