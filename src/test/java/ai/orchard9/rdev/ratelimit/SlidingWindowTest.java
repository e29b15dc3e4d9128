package ai.orchard9.rdev.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SlidingWindowTest {
  private static final UUID KEY = new UUID(1, 1);
  private static final Duration WINDOW = Duration.ofSeconds(10);

  private final SimulatedTime time = new SimulatedTime();
  private final SlidingWindow window = new SlidingWindow(WINDOW, time.clock(Duration.ZERO));

  /// Requests at these milliseconds, limit 3: which pass.
  @ParameterizedTest
  @CsvSource({
    "0 1 2 3, yyyn",
    "0 0 0 0 9999 10000, yyynny",
    // What came within 100 ms leaves together, with the last of it.
    "0 99 5000 10000 10098 10099 10100 15000, yyynnyyy",
    "0 100 5000 10000 10050 10100 14999 15000, yyyynyny",
    // Refused requests do not count.
    "0 0 0 1000 2000 3000 4000 9999 10000 10000 10000 10000, yyynnnnnyyyn",
    "0 4000 8000 9000 10000 13999 14000 17999 18000, yyynynyny",
    "0 60000 60000 60000 60000, yyyyn",
  })
  void passesWhatTheWindowHasRoomFor(String at, String passes) {
    var passed = new StringBuilder();
    for (var ms : at.split(" ", -1)) {
      time.set(Long.parseLong(ms) * 1_000_000);
      passed.append(window.take(KEY, 3).accepted() ? 'y' : 'n');
    }

    assertThat(passed).hasToString(passes);
  }

  @Test
  void saysHowManyAreLeftAndWhenThereIsMore() {
    var first = window.take(KEY, 2);
    time.advance(Duration.ofSeconds(4));
    var second = window.take(KEY, 2);
    time.advance(Duration.ofSeconds(1));
    var third = window.take(KEY, 2);

    assertThat(List.of(first.remaining(), second.remaining(), third.remaining()))
        .containsExactly(1, 0, 0);
    assertThat(List.of(first.waitSeconds(), second.waitSeconds(), third.waitSeconds()))
        .containsExactly(10L, 6L, 5L);
    assertThat(third.accepted()).isFalse();
    assertThat(third.endSeconds()).isEqualTo(SimulatedTime.START.getEpochSecond() + 10);
  }

  /// After exactly that time a request passes, and not a microsecond sooner; whatever came before.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void letsTheNextRequestPassAfterTheWaitThatItTold(long seed) {
    var random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      var decision = window.take(KEY, 1 + random.nextInt(7));
      if (!decision.accepted()) {
        time.advance(Duration.ofNanos(decision.waitMicros() * 1000 - 1000));
        assertThat(window.take(KEY, decision.limit()).accepted()).as("too soon").isFalse();
        time.advance(Duration.ofNanos(1000));
        assertThat(window.take(KEY, decision.limit()).accepted()).as("in time").isTrue();
      }
      time.advance(Duration.ofMillis(random.nextInt(3000)));
    }
  }

  /// Against an oracle that remembers each request.
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15})
  void isNeverOverInAnyWindowAndWastesAHundredthAtMost(long seed) {
    var random = new Random(seed);
    var limit = 20 + random.nextInt(200);
    var exact = new ArrayDeque<Long>();
    var accepted = 0;
    var possible = 0;
    var oracle = new ArrayDeque<Long>();
    var mean = 1e9 * 10 / limit / (1 + random.nextInt(5));
    while (time.nanos() < 300e9) {
      time.advance(Duration.ofNanos((long) (-mean * Math.log(1 - random.nextDouble()))));
      var now = time.nanos() / 1000;
      exact.removeIf(it -> it <= now - 10_000_000);
      oracle.removeIf(it -> it <= now - 10_000_000);
      if (oracle.size() < limit) {
        oracle.add(now);
        possible++;
      }
      if (window.take(KEY, limit).accepted()) {
        exact.add(now);
        accepted++;
      }
      assertThat(exact.size()).as("seed %d", seed).isLessThanOrEqualTo(limit);
    }

    // A whole window's worth may hang over the end.
    assertThat(accepted + limit).as("seed %d", seed).isGreaterThanOrEqualTo((int) (possible * .99));
  }

  @Test
  void keepsKeysApartAndTakesEachLimitAsItIsNow() {
    assertThat(taken(KEY, 5, 10)).isEqualTo(5);
    assertThat(taken(new UUID(1, 2), 5, 10)).isEqualTo(5);
    assertThat(taken(KEY, 8, 10)).isEqualTo(3);
    assertThat(taken(KEY, 2, 10)).isZero();
  }

  private int taken(UUID key, int limit, int requests) {
    return (int)
        IntStream.range(0, requests).filter(_ -> window.take(key, limit).accepted()).count();
  }

  @Test
  void isExactUnderEightThreads() throws Exception {
    var threads = 8;
    var limit = 100_000;
    var go = new CountDownLatch(1);
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var counts = new ArrayList<Future<Integer>>();
      for (int i = 0; i < threads; i++) {
        counts.add(
            executor.submit(
                () -> {
                  go.await();
                  return taken(KEY, limit, limit / 4);
                }));
      }
      go.countDown();
      var accepted = 0;
      for (var count : counts) {
        accepted += count.get();
      }
      assertThat(accepted).isEqualTo(limit);
    }
  }

  @Test
  void forgetsIdleKeysAndNeverRemembersMoreThanItMay() {
    var bounded = new SlidingWindow(WINDOW, time.clock(Duration.ZERO), 1000);
    for (int i = 0; i < 20_000; i++) {
      bounded.take(new UUID(2, i), 5);
    }
    assertThat(bounded.size()).isLessThanOrEqualTo(1000);
    bounded.tell();

    time.advance(WINDOW.plusSeconds(2));
    bounded.tell();

    assertThat(bounded.size()).isZero();
  }

  /// Also while nobody collects what is to be told.
  @Test
  void remembersNoMoreOfABusyKeyThanAWindowOfIt() {
    for (int i = 0; i < 100_000; i++) {
      time.advance(Duration.ofMillis(7));
      window.take(KEY, 1_000_000);
    }

    var told = window.tell();

    assertThat(told).hasSize(1);
    assertThat(told.getFirst().counts().counts()).hasSizeBetween(90, 102);
    assertThat(told.getFirst().counts().counts().stream().mapToInt(it -> it).sum())
        .isBetween(1428, 1445);
  }

  @Test
  void keepsItsCountsWhenTheSharedClockIsMoved() {
    var clock = time.clock(Duration.ZERO);
    var moved = new SlidingWindow(WINDOW, clock);
    moved.take(KEY, 2);

    for (var step : List.of(Duration.ofMinutes(10), Duration.ofMinutes(-20))) {
      var micros = clock.heard(clock.micros() + step.toNanos() / 1000, clock.own(), clock.own());
      moved.shift(micros);
      assertThat(moved.take(KEY, 1).accepted()).as("after %s", step).isFalse();
    }
    time.advance(WINDOW);

    assertThat(moved.take(KEY, 1).accepted()).isTrue();
  }
}
