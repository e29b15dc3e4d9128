package ai.orchard9.rdev.execution.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.execution.spool.Bench.Running;
import ai.orchard9.rdev.testing.ProjectShell;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("ai.orchard9.rdev.testing.ProjectShell#tested")
class SpoolKillTest {
  @Parameter ProjectShell shell = ProjectShell.DASH;
  private Bench bench;

  @BeforeEach
  void open() throws Exception {
    assumeTrue(shell.isInstalled(), shell + " is not installed");
    bench = new Bench(shell);
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  private Running runUntil(String said, String text) throws Exception {
    var running = bench.run(text);
    Awaitility.await().until(() -> running.stdout().text().contains(said));
    return running;
  }

  private KillResult kill(Running running, Duration grace) throws Exception {
    return bench.spool.kill(bench.place, running.attempt(), "cancel", grace);
  }

  private static KillReceipt receipt(KillResult result) {
    assertThat(result).isInstanceOf(KillResult.Killed.class);
    return ((KillResult.Killed) result).receipt();
  }

  @Test
  void endsWithTermWhatObeys() throws Exception {
    var running = runUntil("up", "echo up; exec sleep " + bench.sleep);

    var result = kill(running, Duration.ofSeconds(5));

    assertThat(receipt(result)).isEqualTo(new KillReceipt("cancel", List.of("TERM"), 1, List.of()));
    assertThat(running.finish().record()).isEqualTo(new ExitRecord(143, true, false, 0, true));
  }

  @Test
  void killsAfterTheGraceWhatDoesNot() throws Exception {
    var running =
        runUntil("up", "trap '' TERM; echo up; while :; do sleep " + bench.sleep + "; done");

    long begin = System.nanoTime();
    var result = kill(running, Duration.ofSeconds(1));
    var took = Duration.ofNanos(System.nanoTime() - begin);

    assertThat(receipt(result).signals()).containsExactly("TERM", "KILL");
    assertThat(receipt(result).survivors()).isEmpty();
    assertThat(took).isBetween(Duration.ofSeconds(1), Duration.ofMillis(1800));
    assertThat(running.finish().record()).isEqualTo(new ExitRecord(137, true, false, 0, true));
    assertThat(bench.sleepers()).isEmpty();
  }

  @Test
  void countsWhoDiedOfItAndNotWhoCameAndWentMeanwhile() throws Exception {
    var running = runUntil("up", "trap '' TERM; echo up; while :; do sleep 0.05; done");

    var result = kill(running, Duration.ofSeconds(1));

    // The shell, the sleep at the first signal, and the one or two at the last.
    assertThat(receipt(result).killed()).isBetween(1, 4);
    running.finish();
  }

  @Test
  void findsWhoLeftSessionAndEnvironment() throws Exception {
    var s = bench.sleep;
    var text =
        "setsid sleep %s & env -i $(command -v setsid) $(command -v sleep) %s & echo up; sleep %s; :"
            .formatted(s, s, s);
    var running = runUntil("up", text);
    Awaitility.await().until(() -> bench.sleepers().size() == 3);

    var result = kill(running, Duration.ofSeconds(5));

    assertThat(receipt(result).survivors()).isEmpty();
    assertThat(receipt(result).killed()).isEqualTo(4);
    assertThat(bench.sleepers()).isEmpty();
    running.finish();
  }

  @Test
  void tellsThatItHadEndedBefore() throws Exception {
    var running = bench.run("sleep " + bench.sleep + " >/dev/null 2>&1 & exit 3");
    running.await();

    assertThat(kill(running, Duration.ofSeconds(1))).isEqualTo(new KillResult.Ended());
    assertThat(running.finish().record()).isEqualTo(new ExitRecord(3, true, false, 1, false));
    assertThat(bench.sleepers()).hasSize(1);
  }

  @Test
  void knowsNothingOfOthers() throws Exception {
    var unknown = new Attempt("cmd-unknown", 1);

    assertThat(bench.spool.kill(bench.place, unknown, "cancel", Duration.ZERO))
        .isEqualTo(new KillResult.Unknown());
  }

  @Test
  void givesOneReceiptToAllWhoKill() throws Exception {
    var running =
        runUntil("up", "trap '' TERM; echo up; while :; do sleep " + bench.sleep + "; done");

    var results =
        List.of("cancel", "timeout", "budget").stream()
            .map(
                reason ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          try {
                            return bench.spool.kill(
                                bench.place, running.attempt(), reason, Duration.ofSeconds(1));
                          } catch (Exception e) {
                            throw new AssertionError(e);
                          }
                        }))
            .toList();

    var first = receipt(results.getFirst().get());
    for (var result : results) {
      assertThat(receipt(result.get())).isEqualTo(first);
    }
    assertThat(receipt(kill(running, Duration.ZERO))).isEqualTo(first);
    running.finish();
  }

  @Test
  void watchesOverACommandThatNobodyKills() throws Exception {
    var order = bench.order("trap '' TERM; echo up; while :; do sleep 0.1; done");
    var running = bench.run(Bench.watched(order, Duration.ofSeconds(1)));

    var record = running.await().record();

    assertThat(record.exit()).isEqualTo(137);
    assertThat(record.killed()).isTrue();
    assertThat(receipt(kill(running, Duration.ZERO)).reason()).isEqualTo("watchdog");
    running.follow().done();
  }

  @Test
  void goesOnWhereADeadKillerStopped() throws Exception {
    var running =
        runUntil("up", "trap '' TERM; echo up; while :; do sleep " + bench.sleep + "; done");
    var kill = bench.directory(running.attempt()).resolve("kill");
    Files.createDirectory(kill);
    Files.writeString(kill.resolve("by"), "4194303 1\n");

    assertThat(receipt(kill(running, Duration.ZERO)).survivors()).isEmpty();
    assertThat(running.finish().record().exit()).isEqualTo(137);
  }

  @Test
  void killsALateSwarm() throws Exception {
    var text =
        "trap '' TERM; echo up; while :; do (sleep %s & sleep %s) & sleep 0.01; done"
            .formatted(bench.sleep, bench.sleep);
    var running = runUntil("up", text);

    assertThat(receipt(kill(running, Duration.ofSeconds(1))).survivors()).isEmpty();
    assertThat(bench.sleepers()).isEmpty();
    running.finish();
  }
}
