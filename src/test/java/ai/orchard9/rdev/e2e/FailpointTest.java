package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.Repetitions;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.ServerSettings;
import ai.orchard9.rdev.testing.TestPostgres;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A server that dies, or hangs, at any named point between claim and finish: the command is
/// started at most once and never stuck.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FailpointTest {
  private static final Duration END_WITHIN = Duration.ofSeconds(60);

  private final ServerSettings settings =
      ServerProcess.named("failpoints").database(TestPostgres.shared());
  private ServerProcess survivor = settings.build();

  @BeforeAll
  void startSurvivor() {
    survivor = settings.start();
  }

  @AfterAll
  void stopSurvivor() {
    survivor.close();
  }

  /// Each costs a lease: the reduced run has one on either side of the start.
  static List<String> deaths() {
    return Repetitions.full()
        ? List.of("claimed", "instance-stored", "started", "before-finish", "finished")
        : List.of("instance-stored", "started");
  }

  static List<String> hangs() {
    return Repetitions.full() ? List.of("claimed", "started", "before-finish") : List.of("started");
  }

  @ParameterizedTest
  @MethodSource("deaths")
  void aCommandRunsOnceWhereverItsServerDies(String point) {
    try (var victim = settings.twin().environment("RDEV_FAILPOINT", point).start()) {
      for (int i = 0; i < 20 && victim.isAlive(); i++) {
        // The survivor may have been quicker: then the next one is offered.
        offer(victim);
      }
      victim.awaitDeath(Duration.ofSeconds(20));
    }
  }

  private void offer(ServerProcess victim) {
    var counting = Counting.to(2_000);
    var id = submit(victim, counting);
    if (id.isPresent()) {
      reached(victim);
      survivor.client().awaitEnd(id.get(), END_WITHIN);
      counting.assertRanOnce(survivor, id.get());
    }
  }

  /// Empty when the victim had died before; it may die of this very command before it has answered,
  /// and then the other server knows its id.
  private Optional<String> submit(ServerProcess victim, Counting counting) {
    var mark = Map.of("mark", counting.mark());
    try {
      return Optional.of(
          victim.client().shell(Map.of("command", counting.script("1"), "metadata", mark)));
    } catch (UncheckedIOException diedBeforeItsAnswer) {
      var newest = survivor.client().get("/commands?project=demo").data().path(0);
      return Optional.of(newest)
          .filter(it -> it.at("/metadata/mark").asText().equals(counting.mark()))
          .map(it -> it.path("id").asText());
    }
  }

  /// Gives the victim time to die, unless the command was not its own.
  private static void reached(ServerProcess victim) {
    try {
      victim.awaitDeath(Duration.ofSeconds(4));
    } catch (AssertionError stillAlive) {
      // The survivor was quicker to claim it.
    }
  }

  /// Gives the server time to reach the point, unless the command was not its own.
  private static boolean isHeld(ServerProcess server) {
    var until = System.nanoTime() + Duration.ofSeconds(4).toNanos();
    while (!server.log().contains("failpoint reached")) {
      if (System.nanoTime() > until) {
        return false;
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    return true;
  }

  /// The thread that reached the point goes on only when the server has been stopped and woken
  /// again.
  @ParameterizedTest
  @MethodSource("hangs")
  void aServerThatWakesStartsAndWritesNothing(String point) {
    try (var sleeper = settings.twin().environment("RDEV_FAILPOINT", point + ":1:hold").start()) {
      var counting = Counting.to(2_000);
      var id = sleeper.client().shell(counting.script("1"));
      for (int i = 0; i < 20 && !isHeld(sleeper); i++) {
        // The survivor was quicker: the next one is offered.
        counting = Counting.to(2_000);
        id = sleeper.client().shell(counting.script("1"));
      }
      assertThat(isHeld(sleeper)).as("point reached").isTrue();

      sleeper.pause();
      survivor.client().awaitEnd(id, END_WITHIN);
      counting.assertRanOnce(survivor, id);
      var told = survivor.client().command(id);
      sleeper.resume();
      await("the sleeper is back").atMost(Duration.ofSeconds(20)).until(sleeper::isReady);
      var next = sleeper.client().run("echo awake");

      assertThat(next.path("status").asText()).isEqualTo("completed");
      counting.assertRanOnce(survivor, id);
      assertThat(survivor.client().command(id)).isEqualTo(told);
    }
  }
}
