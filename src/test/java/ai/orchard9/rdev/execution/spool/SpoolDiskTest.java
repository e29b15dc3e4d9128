package ai.orchard9.rdev.execution.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.testing.ProjectShell;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// On a disk of one megabyte.
@ParameterizedClass
@MethodSource("ai.orchard9.rdev.testing.ProjectShell#tested")
class SpoolDiskTest {
  @Parameter ProjectShell shell = ProjectShell.DASH;
  private Path root = Path.of("/");
  private Bench bench;

  @BeforeEach
  void mount() throws Exception {
    assumeTrue(shell.isInstalled(), shell + " is not installed");
    var home = Files.createTempDirectory("spool-disk");
    root = Files.createDirectories(home.resolve("small"));
    var mounted =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", root.toString())
            .start()
            .waitFor();
    assumeTrue(mounted == 0, "mounting a small disk needs root");
    bench = new Bench(shell, home, root.resolve("spool"));
  }

  @AfterEach
  void unmount() throws Exception {
    // First, for nobody can delete what is mounted; what still writes there goes on unseen.
    new ProcessBuilder("umount", "-l", root.toString()).start().waitFor();
    bench.close();
  }

  @Test
  void tellsTheTrueEndThoughTheDiskIsFull() throws Exception {
    var running = bench.run("head -c 3000000 /dev/zero; echo fine >&2; exit 6");

    var outcome = running.await();
    if (outcome.end() instanceof End.Cut) {
      // There was no room to tell the end: it is told to who asks again.
      running.follow().close();
      running = bench.adopt(running.order(), outcome.stdout().length, outcome.stderr().length);
      var rest = running.await();
      assertThat(outcome.stdout().length + rest.stdout().length).isLessThan(1 << 20);
      outcome = rest;
    }

    assertThat(outcome.record()).isEqualTo(new ExitRecord(6, true, true, 0, false));
    running.follow().done();
  }

  @Test
  void keepsAllOfWhatFitsThoughTheEndDoesNot() throws Exception {
    var go = bench.home.resolve("go");
    var running =
        bench.run(
            "head -c 10000 /dev/zero; while [ ! -e " + go + " ]; do sleep 0.02; done; exit 6");
    Awaitility.await().until(() -> running.stdout().size() == 10_000);
    Awaitility.await().until(() -> bench.pid(running.attempt(), "owner", 5) != 0);
    new ProcessBuilder("sh", "-c", "cat /dev/zero >" + root.resolve("filler")).start().waitFor();
    // Up to the last byte of a page there is room in the file itself.
    Files.createFile(go);

    var outcome = running.await();
    running.follow().close();
    var rest = bench.adopt(running.order(), 0, 0).await();

    assertThat(outcome.stdout()).hasSize(10_000);
    assertThat(rest.stdout()).hasSize(10_000);
    assertThat(rest.record()).isEqualTo(new ExitRecord(6, true, false, 0, false));
  }

  @Test
  void saysThatItCannotStartWithoutRoom() throws Exception {
    bench.instance();
    new ProcessBuilder("sh", "-c", "cat /dev/zero >" + root.resolve("filler")).start().waitFor();

    var result = bench.start(Bench.with(bench.order("cat"), new byte[100_000]));

    assertThat(result).isInstanceOf(StartResult.Failed.class);
    try (var entries = Files.list(bench.root)) {
      assertThat(entries.filter(entry -> entry.toString().contains("cmd-"))).isEmpty();
    }
  }

  @Test
  void stopsKeepingAtTheBackstopWithoutStoppingTheCommand() throws Exception {
    unmount();
    bench = new Bench(shell);
    try (var spool =
        new Spool(bench.runtime, 100_000, Duration.ofSeconds(10), new PrometheusRegistry())) {
      var order = Bench.at(bench.order("head -c 5000000 /dev/zero; exit 2"), bench.instance());
      var started = (StartResult.Started) spool.start(bench.place, order);
      var out = new Bench.Reader(started.follow().stdout());
      var err = new Bench.Reader(started.follow().stderr());

      var end = started.follow().end(Bench.LONG);

      assertThat(end).isEqualTo(new End.Ended(new ExitRecord(2, true, false, 0, false)));
      assertThat(out.size()).isBetween(100_001, 3_000_000);
      assertThat(err.size()).isZero();
      started.follow().done();
    }
  }
}
