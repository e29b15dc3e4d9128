package ai.orchard9.rdev.execution.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.execution.spool.Bench.Outcome;
import ai.orchard9.rdev.execution.spool.Bench.Running;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import ai.orchard9.rdev.testing.ProjectShell;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
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
class SpoolAdoptTest {
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

  private static void await(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(15))
        .pollInterval(Duration.ofMillis(5))
        .until(condition);
  }

  /// Waits for the follower's own line, and returns its pid.
  private long follower(Running running) {
    await(() -> bench.pid(running.attempt(), "owner", 1) != 0);
    try {
      return bench.pid(running.attempt(), "owner", 1);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void goesOnByteForByteAfterTheFollowerWasKilled() throws Exception {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var go = bench.home.resolve("go");
    var text =
        "i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo \"line $i\"; echo \"e$i\" >&2; "
            + "[ $i = 300 ] && while [ ! -e "
            + go
            + " ]; do sleep 0.02; done; done; exit 0";
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var running = bench.run(text);
    for (int round = 0; round < 5; round++) {
      Bench.signal("KILL", follower(running));
      // As after a crash: some of what came was recorded, the rest was not.
      var seenOut = running.stdout().bytes();
      var seenErr = running.stderr().bytes();
      out.write(seenOut, 0, random.nextInt(seenOut.length + 1));
      err.write(seenErr, 0, random.nextInt(seenErr.length + 1));
      running.follow().close();
      running = bench.adopt(running.order(), out.size(), err.size());
    }
    Files.createFile(go);
    var outcome = running.finish();
    out.write(outcome.stdout());
    err.write(outcome.stderr());

    var expectedOut = new StringBuilder();
    var expectedErr = new StringBuilder();
    for (int i = 1; i <= 400; i++) {
      expectedOut.append("line ").append(i).append('\n');
      expectedErr.append('e').append(i).append('\n');
    }
    assertThat(out.toString(StandardCharsets.UTF_8))
        .as("seed %d", seed)
        .isEqualTo(expectedOut.toString());
    assertThat(err.toString(StandardCharsets.UTF_8))
        .as("seed %d", seed)
        .isEqualTo(expectedErr.toString());
    assertThat(outcome.record()).isEqualTo(new ExitRecord(0, true, false, 0, false));
  }

  @Test
  void livesWithoutAnyServer() throws Exception {
    var go = bench.home.resolve("go");
    var running =
        bench.run("echo a; while [ ! -e " + go + " ]; do sleep 0.02; done; echo b; exit 5");
    await(() -> running.stdout().text().equals("a\n"));

    running.follow().close();
    Files.createFile(go);
    await(() -> exitRecord(running).startsWith("exit=5"));
    var rest = bench.adopt(running.order(), 2, 0).finish();

    assertThat(rest.out()).isEqualTo("b\n");
    assertThat(rest.record()).isEqualTo(new ExitRecord(5, true, false, 0, false));
    await(() -> !Files.exists(bench.directory(running.attempt())));
  }

  @Test
  void handsOverWhileItRuns() throws Exception {
    var go = bench.home.resolve("go");
    var running = bench.run("echo a; while [ ! -e " + go + " ]; do sleep 0.02; done; echo b");
    await(() -> running.stdout().text().equals("a\n"));

    running.follow().bye();
    assertThat(running.await().end()).isEqualTo(new End.Cut());
    var second = bench.adopt(running.order(), 0, 0);
    await(() -> second.stdout().text().equals("a\n"));
    Files.createFile(go);

    assertThat(second.finish().out()).isEqualTo("a\nb\n");
  }

  @Test
  void takesOverFromAFollowerThatStillReads() throws Exception {
    var go = bench.home.resolve("go");
    var running = bench.run("echo a; while [ ! -e " + go + " ]; do sleep 0.02; done; echo b");
    await(() -> running.stdout().text().equals("a\n"));
    long former = follower(running);

    var second = bench.adopt(running.order(), 1, 0);

    assertThat(running.await().end()).isEqualTo(new End.Cut());
    await(() -> ProcessHandle.of(former).isEmpty());
    assertThat(bench.spool.adopt(bench.place, adoption(running, 1)))
        .isEqualTo(new AdoptResult.Stale());
    Files.createFile(go);
    assertThat(second.finish().out()).isEqualTo("\nb\n");
  }

  private AdoptOrder adoption(Running running, long token) throws RuntimeUnavailableException {
    var order = bench.adoption(running.order(), 0, 0);
    return new AdoptOrder(order.attempt(), order.marker(), token, order.instance(), 0, 0);
  }

  @Test
  void freesAFollowerThatIsBlockedInAWrite() throws Exception {
    var go = bench.home.resolve("go");
    var text = "head -c 1000000 /dev/zero; while [ ! -e " + go + " ]; do sleep 0.02; done";
    var order = bench.order(text);
    // Nobody reads: the pipe fills, as when a server was killed with the connection open.
    var started = (StartResult.Started) bench.start(order);
    await(() -> Files.size(bench.directory(order.attempt()).resolve("out")) == 1_000_000);
    var pidFile = bench.directory(order.attempt()).resolve("owner");
    await(() -> Files.readString(pidFile).strip().split(" ", -1).length == 7);
    long former = bench.pid(order.attempt(), "owner", 1);
    long tail = bench.pid(order.attempt(), "owner", 3);

    var second = bench.adopt(order, 0, 0);

    await(() -> ProcessHandle.of(former).isEmpty() && ProcessHandle.of(tail).isEmpty());
    Files.createFile(go);
    assertThat(second.finish().stdout()).hasSize(1_000_000);
    started.follow().close();
  }

  @Test
  void buriesWhatNeverStarted() throws Exception {
    var order = bench.order("touch ran");

    var first = bench.spool.adopt(bench.place, bench.adoption(order, 0, 0));
    var again = bench.spool.adopt(bench.place, bench.adoption(order, 0, 0));

    assertThat(first).isEqualTo(new AdoptResult.NeverStarted());
    assertThat(again).isEqualTo(new AdoptResult.NeverStarted());
    assertThat(bench.start(order)).isEqualTo(new StartResult.Refused());
    assertThat(bench.home.resolve("workspaces/p/ran")).doesNotExist();
  }

  @Test
  void letsOneWinWhenStartAndAdoptionRace() throws Exception {
    bench.instance();
    for (int i = 0; i < 15; i++) {
      var ran = bench.home.resolve("ran" + i);
      var order = bench.order("touch " + ran);
      var adoption = bench.adoption(order, 0, 0);

      var start = CompletableFuture.supplyAsync(() -> unchecked(() -> bench.start(order)));
      var adopt =
          CompletableFuture.supplyAsync(
              () -> unchecked(() -> bench.spool.adopt(bench.place, adoption)));

      switch (start.get()) {
        case StartResult.Refused _ -> {
          assertThat(adopt.get()).isEqualTo(new AdoptResult.NeverStarted());
          assertThat(ran).doesNotExist();
        }
        case StartResult.Started(var follow, var _) -> {
          assertThat(adopt.get()).isInstanceOf(AdoptResult.Following.class);
          await(() -> Files.exists(ran));
          follow.close();
          ((AdoptResult.Following) adopt.get()).follow().close();
        }
        case StartResult other -> throw new AssertionError(other);
      }
    }
  }

  private static <T> T unchecked(Callable<T> call) {
    try {
      return call.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void tellsThatTheInstanceIsAnother() throws Exception {
    var order = bench.order("true");
    var other = new AdoptOrder(order.attempt(), order.marker(), 1, "other", 0, 0);

    assertThat(bench.spool.adopt(bench.place, other))
        .isEqualTo(new AdoptResult.OtherInstance(bench.instance()));
    assertThat(bench.directory(order.attempt())).doesNotExist();
  }

  @Test
  void tellsThatTheSupervisorIsGone() throws Exception {
    var running = bench.run("echo a; exec sleep " + bench.sleep);
    await(() -> running.stdout().text().equals("a\n"));
    follower(running);

    Bench.signal("KILL", bench.pid(running.attempt(), "supervisor", 0));
    Outcome cut = running.await();
    var lost = bench.adopt(running.order(), 0, 0).await();

    assertThat(cut.end()).isEqualTo(new End.Cut());
    assertThat(lost.end()).isEqualTo(new End.Lost());
    assertThat(lost.out()).isEqualTo("a\n");
    var killed = bench.spool.kill(bench.place, running.attempt(), "cancel", Duration.ofSeconds(1));
    assertThat(killed).isInstanceOf(KillResult.Killed.class);
    assertThat(bench.sleepers()).isEmpty();
  }

  @Test
  void noticesTheSupervisorsDeathWhileFollowing() throws Exception {
    var running = bench.run("echo a; exec sleep " + bench.sleep);
    await(() -> running.stdout().text().equals("a\n"));
    running.follow().close();
    var second = bench.adopt(running.order(), 0, 0);
    await(() -> second.stdout().text().equals("a\n"));

    Bench.signal("KILL", bench.pid(running.attempt(), "supervisor", 0));

    assertThat(second.await().end()).isEqualTo(new End.Cut());
  }

  @Test
  void endsWellThoughItsDirectoryIsRemoved() throws Exception {
    var go = bench.home.resolve("go");
    var running =
        bench.run("echo a; while [ ! -e " + go + " ]; do sleep 0.02; done; echo b; exit 4");
    await(() -> running.stdout().text().equals("a\n"));
    follower(running);

    remove(bench.directory(running.attempt()));
    Files.createFile(go);
    var outcome = running.finish();

    assertThat(outcome.out()).isEqualTo("a\nb\n");
    assertThat(outcome.record().exit()).isEqualTo(4);
  }

  private static void remove(Path directory) throws Exception {
    new ProcessBuilder("rm", "-rf", directory.toString()).start().waitFor();
  }

  private String exitRecord(Running running) throws Exception {
    return Files.readString(bench.directory(running.attempt()).resolve("exit"));
  }

  @Test
  void sweepsOnlyWhatIsOldAndDead() throws Exception {
    var dead = bench.run("true");
    dead.await();
    dead.follow().bye();
    var fresh = bench.run("true");
    fresh.await();
    fresh.follow().bye();
    var alive = bench.run("echo up; sleep " + bench.sleep);
    await(() -> alive.stdout().text().equals("up\n"));
    for (var running : new Running[] {dead, alive}) {
      var old =
          "find %s -exec touch -d @1000000000 {} +".formatted(bench.directory(running.attempt()));
      new ProcessBuilder("sh", "-c", old).start().waitFor();
    }
    long supervisor = bench.pid(dead.attempt(), "supervisor", 0);
    await(() -> ProcessHandle.of(supervisor).isEmpty());

    bench.spool.sweep(bench.place);

    assertThat(bench.directory(dead.attempt())).doesNotExist();
    assertThat(bench.directory(fresh.attempt())).exists();
    assertThat(bench.directory(alive.attempt())).exists();
    bench.spool.kill(bench.place, alive.attempt(), "cancel", Duration.ZERO);
  }
}
