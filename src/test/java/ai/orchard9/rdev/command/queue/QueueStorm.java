package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.command.output.Commands;
import ai.orchard9.rdev.command.queue.StormLimit.Limits;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Jdbi;

/// Three servers that do everything to one queue at once, as fast as they can, and remember what
/// they were told.
final class QueueStorm implements AutoCloseable {
  private static final int SERVERS = 3;
  private static final int MANY = 1000;
  static final List<String> PROJECTS = List.of("demo-a", "demo-b", "demo-c");

  private final long seed;
  private final AtomicLong dice = new AtomicLong();
  private final StormRecord told = new StormRecord();
  private final StormLimit limit;
  private final List<Commands> pools;
  private final List<StormServer> servers;
  private final ExecutorService small = Executors.newVirtualThreadPerTaskExecutor();
  private final Queue<Future<?>> started = new ConcurrentLinkedQueue<>();
  private volatile boolean isOver;

  QueueStorm(PostgresExtension postgres, Limits limits, long seed) {
    this.seed = seed;
    this.limit = new StormLimit(limits);
    this.pools =
        IntStream.range(0, SERVERS).mapToObj(_ -> new Commands(postgres.target())).toList();
    this.servers =
        IntStream.range(0, SERVERS)
            .mapToObj(
                it -> {
                  var jdbi = pools.get(it).jdbi();
                  jdbi.setSqlLogger(told.failures());
                  var fixture = new QueueFixture(postgres, jdbi, "server-" + it);
                  return new StormServer(this, told, limit, fixture);
                })
            .toList();
  }

  Jdbi jdbi() {
    return pools.getFirst().jdbi();
  }

  StormRecord told() {
    return told;
  }

  boolean isOver() {
    return isOver;
  }

  StormServer anyServer() {
    return pick(random(), servers);
  }

  /// Runs something small on a thread of its own.
  Future<Boolean> aside(Callable<Boolean> deed) {
    return small.submit(deed);
  }

  /// The same, and nobody waits for it before the storm is over.
  void start(Callable<Boolean> deed) {
    started.add(aside(deed));
  }

  /// @param bursts of submissions, by each server
  /// @param besides runs on a thread of its own again and again until all is over
  void rage(int bursts, Runnable besides) throws InterruptedException, ExecutionException {
    try (var threads = Executors.newCachedThreadPool()) {
      var loops = new ArrayList<Future<?>>();
      for (var server : servers) {
        loops.add(threads.submit(loop(server::work)));
      }
      loops.add(threads.submit(loop(this::rescue)));
      loops.add(threads.submit(loop(this::operate)));
      loops.add(threads.submit(loop(limit::change)));
      loops.add(threads.submit(loop(_ -> besides.run())));
      var submissions = new ArrayList<Future<?>>();
      for (var server : servers) {
        submissions.add(
            threads.submit(
                () -> {
                  var random = random();
                  for (int i = 0; i < bursts; i++) {
                    server.submit(random);
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

  /// Leases run out, and somebody takes over.
  private void rescue(RandomGenerator random) throws InterruptedException, ExecutionException {
    loseLeases(random.nextInt(4));
    pick(random, servers).rescue(random);
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
    var server = pick(random, servers).fixture();
    var id =
        new CommandId(
            told.submitted().stream().skip(somewhere(random)).findFirst().orElse("cmd-0"));
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
    return random.nextInt(Math.max(1, told.submitted().size()));
  }

  /// After the storm: everything that is left runs to its end.
  void calm() throws InterruptedException, ExecutionException {
    for (var it : started) {
      it.get();
    }
    var server = servers.getFirst();
    var fixture = server.fixture();
    fixture.pauses().resume(Optional.empty());
    PROJECTS.forEach(it -> fixture.pauses().resume(Optional.of(it)));
    var quiet = false;
    while (!quiet) {
      loseLeases(MANY);
      var left = new ArrayList<>(fixture.queue().adopt(fixture.owner(), List.of(), MANY, true));
      left.addAll(
          told.claimed(fixture.claim(PROJECTS, StormLimit.HIGHEST, MANY), StormLimit.HIGHEST));
      fixture.line().failExpired();
      left.forEach(server::finish);
      quiet = left.isEmpty();
    }
  }

  RandomGenerator random() {
    return new SplittableRandom(seed + dice.incrementAndGet());
  }

  static <T> T pick(RandomGenerator random, List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  @Override
  public void close() {
    small.close();
    pools.forEach(Commands::close);
  }
}
