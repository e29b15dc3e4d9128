package ai.orchard9.rdev.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.background.BackgroundMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Several replicas over a simulated store in simulated time: everything is decided by the seed.
final class ReplicasTest {
  private static final UUID KEY = new UUID(1, 1);
  private static final Duration WINDOW = Duration.ofSeconds(10);
  private static final double SECOND = 1e9;
  private static final long EXCESS_NANOS = 500_000_000;

  private final SimulatedTime time = new SimulatedTime();
  private final Map<UUID, Exchange.Report> store = new HashMap<>();
  private boolean storeIsAway;

  /// A replica that exchanges each 250 ms, as late as the contract allows.
  private final class Replica implements Exchange {
    private final UUID id;
    private final SlidingWindow window;
    private final Sharing sharing;
    private long nextRound;
    private int accepted;

    Replica(Random random) {
      id = new UUID(random.nextLong(), random.nextLong());
      // Its own clock is anywhere.
      var clock = time.clock(Duration.ofMillis(random.nextInt(1_000_000)));
      window = new SlidingWindow(WINDOW, clock);
      sharing =
          new Sharing(window, WINDOW, clock, this, new BackgroundMetrics(new PrometheusRegistry()));
      nextRound = time.nanos() + random.nextInt(250_000_000);
      sharing.tick();
    }

    void round() {
      if (time.nanos() >= nextRound) {
        nextRound += 250_000_000;
        sharing.tick();
      }
    }

    boolean take(int limit) {
      var passes = window.take(KEY, limit).accepted();
      accepted += passes ? 1 : 0;
      return passes;
    }

    @Override
    public Heard exchange(List<Share> mine, Duration since) {
      if (storeIsAway) {
        throw new IllegalStateException("the store is away");
      }
      mine.forEach(
          it -> store.put(id, new Report(id, it.key(), it.counts(), it.rate(), time.micros())));
      var oldest = time.micros() - since.toNanos() / 1000;
      return new Heard(
          time.micros(),
          store.values().stream()
              .filter(it -> !it.server().equals(id) && it.at() > oldest)
              .toList());
    }

    @Override
    public void sweep(Duration age) {
      store.values().removeIf(it -> it.at() < time.micros() - age.toNanos() / 1000);
    }
  }

  /// What was accepted by all, and how far that was over the limit.
  private static final class Oracle {
    private final ArrayDeque<Long> accepted = new ArrayDeque<>();
    private final ArrayDeque<Long> arrived = new ArrayDeque<>();
    private int most;
    private int mostArrived;
    private int total;

    void arrived(long now) {
      arrived.add(now);
      while (arrived.getFirst() <= now - EXCESS_NANOS) {
        arrived.removeFirst();
      }
      mostArrived = Math.max(mostArrived, arrived.size());
    }

    void accepted(long now) {
      total++;
      accepted.add(now);
      while (accepted.getFirst() <= now - WINDOW.toNanos()) {
        accepted.removeFirst();
      }
      most = Math.max(most, accepted.size());
    }
  }

  /// Sends a load for a while. Weights say who gets how much of it.
  private Oracle load(
      List<Replica> replicas,
      double[] weights,
      int limit,
      double perSecond,
      Duration duration,
      Random random) {
    var oracle = new Oracle();
    var end = time.nanos() + duration.toNanos();
    while (true) {
      var pause = -Math.log(1 - random.nextDouble()) * SECOND / perSecond;
      var arrival = time.nanos() + (long) pause;
      while (time.nanos() < Math.min(arrival, end)) {
        time.set(Math.min(Math.min(arrival, end), time.nanos() + 1_000_000));
        replicas.forEach(Replica::round);
      }
      if (time.nanos() >= end) {
        return oracle;
      }
      oracle.arrived(time.nanos());
      if (replicas.get(pick(weights, random)).take(limit)) {
        oracle.accepted(time.nanos());
      }
    }
  }

  private static int pick(double[] weights, Random random) {
    var at = random.nextDouble();
    for (int i = 0; i < weights.length - 1; i++) {
      at -= weights[i];
      if (at < 0) {
        return i;
      }
    }
    return weights.length - 1;
  }

  private List<Replica> replicas(int count, Random random) {
    var replicas = new ArrayList<Replica>();
    for (int i = 0; i < count; i++) {
      replicas.add(new Replica(random));
    }
    return replicas;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 100, 3, .5 .5",
    "2, 100, 3, .9 .1",
    "3, 100, 3, 1 0",
    "4, 10, 3, .5 .5",
    "5, 1000, 3, .5 .5",
    "6, 100, 3, .34 .33 .33",
    "7, 300, 3, .6 .3 .1",
    "8, 100, 1.2, .5 .5",
    "9, 200, 1.5, .7 .3",
    "10, 100, 3, .2 .2 .2 .2 .2",
    "11, 5000, 3, .25 .75",
  })
  void togetherAcceptTheLimitUnderSteadyLoad(long seed, int limit, double factor, String split) {
    var random = new Random(seed);
    var weights = List.of(split.split(" ", -1)).stream().mapToDouble(Double::parseDouble).toArray();
    var replicas = replicas(weights.length, random);
    var perSecond = factor * limit / WINDOW.toSeconds();

    for (int minute = 1; minute <= 5; minute++) {
      var oracle = load(replicas, weights, limit, perSecond, Duration.ofMinutes(1), random);

      System.out.printf(
          "seed %d, minute %d: %.1f %% of the limit; at most %d in a window of %d, %d arrive in"
              + " 500 ms%n",
          seed, minute, oracle.total * 100.0 / limit / 6, oracle.most, limit, oracle.mostArrived);
      assertThat(oracle.total)
          .as("seed %d, minute %d", seed, minute)
          .isBetween((int) (limit * 6 * .9), (int) Math.ceil(limit * 6 * 1.1));
      assertThat(oracle.most)
          .as("seed %d, minute %d", seed, minute)
          .isLessThanOrEqualTo(limit + oracle.mostArrived);
    }
  }

  /// Loads that come and go, and move from one replica to another.
  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24, 25, 26, 27, 28})
  void areNeverOverByMoreThanArrivesInHalfASecond(long seed) {
    var random = new Random(seed);
    var limit = 20 + random.nextInt(300);
    var replicas = replicas(2 + random.nextInt(3), random);
    var all = new Oracle();
    for (int phase = 0; phase < 100; phase++) {
      var weights = new double[replicas.size()];
      weights[random.nextInt(weights.length)] = random.nextBoolean() ? 1 : .6;
      weights[random.nextInt(weights.length)] += .4;
      var perSecond = limit / 10.0 * Math.pow(10, random.nextDouble(-1, 2));
      var oracle =
          load(
              replicas,
              weights,
              limit,
              perSecond,
              Duration.ofMillis(50 + random.nextInt(8000)),
              random);
      all.mostArrived = Math.max(all.mostArrived, oracle.mostArrived);
      all.most = Math.max(all.most, oracle.most);
    }

    assertThat(all.most).as("seed %d", seed).isLessThanOrEqualTo(limit + all.mostArrived);
  }

  @Test
  void letOneOfThemUseWhatAnotherLeaves() {
    var random = new Random(31);
    var replicas = replicas(2, random);
    load(replicas, new double[] {1, 0}, 100, 30, Duration.ofSeconds(30), random);

    var oracle = load(replicas, new double[] {0, 1}, 100, 30, Duration.ofMinutes(1), random);

    assertThat(oracle.total).isBetween(540, 660);
    assertThat(oracle.most).isLessThanOrEqualTo(100 + oracle.mostArrived);
  }

  @Test
  void limitEachForItselfWhileTheStoreIsAwayAndTogetherAfterwards() {
    var random = new Random(41);
    var replicas = replicas(2, random);
    var even = new double[] {.5, .5};
    load(replicas, even, 100, 60, Duration.ofSeconds(30), random);
    storeIsAway = true;
    load(replicas, even, 100, 60, Duration.ofSeconds(20), random);
    replicas.forEach(it -> it.accepted = 0);

    load(replicas, even, 100, 60, Duration.ofMinutes(1), random);

    for (var replica : replicas) {
      assertThat(replica.accepted).isBetween(540, 660);
    }

    storeIsAway = false;
    load(replicas, even, 100, 60, Duration.ofSeconds(20), random);
    assertThat(load(replicas, even, 100, 60, Duration.ofMinutes(1), random).total)
        .isBetween(540, 660);
  }

  @Test
  void startAgainWithWhatTheLastLifeHasAccepted() {
    var random = new Random(51);
    var first = new Replica(random);
    for (int i = 0; i < 100; i++) {
      assertThat(first.take(100)).isTrue();
    }
    first.sharing.tick();

    var second = new Replica(random);

    assertThat(second.take(100)).isFalse();
  }
}
