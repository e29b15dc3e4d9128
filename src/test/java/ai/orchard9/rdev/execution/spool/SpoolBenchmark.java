package ai.orchard9.rdev.execution.spool;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.bench.Report;
import ai.orchard9.rdev.bench.Samples;
import ai.orchard9.rdev.testing.ProjectShell;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// What durability costs beside a bare process, without HTTP and database.
final class SpoolBenchmark {
  private static final int ROUNDS = 100;
  private static final int WARM_UP = 20;
  private static final int MEGABYTES = 200;

  /// A spare session is ready again, as it is between two commands of people.
  private static final Duration PAUSE = Duration.ofMillis(150);

  @Test
  void measuresTrueAndThroughput() throws Exception {
    var report = new Report("e. The spool alone", "ms", "p50", "p95", "p99", "bare p50", "MB/s");
    for (var shell :
        Arrays.stream(ProjectShell.values()).filter(ProjectShell::isInstalled).toList()) {
      try (var bench = new Bench(shell)) {
        report.row("`true` with " + shell.name().toLowerCase(Locale.ROOT), cells(bench));
      }
    }
    report
        .note(
            """
            From the start's first byte in a waiting session to the end of both streams with the record of the end; 100
            of each, with pauses of 150 ms. MB/s is for 200 MB without line ends, read and thrown away. busybox has no
            `tail` that waits for inotify: its streams are read in turns.\
            """)
        .write();
  }

  private static String[] cells(Bench bench) throws Exception {
    var instance = bench.instance();
    var spooled = new Samples(ROUNDS);
    var bare = new Samples(ROUNDS);
    for (int i = 0; i < WARM_UP; i++) {
      runTrue(bench, instance, new Samples(1));
    }
    for (int i = 0; i < ROUNDS; i++) {
      runTrue(bench, instance, spooled);
      Thread.sleep(PAUSE);
      bare.time(() -> new ProcessBuilder("bash", "-c", "true").start().waitFor());
    }
    var cells = spooled.cells();
    return new String[] {
      cells[0],
      cells[1],
      cells[2],
      Samples.text(bare.median()),
      Samples.text(megabytesPerSecond(bench, instance))
    };
  }

  private static void runTrue(Bench bench, String instance, Samples samples) throws Exception {
    Thread.sleep(PAUSE);
    var order = Bench.at(bench.order("true"), instance);
    var begin = System.nanoTime();
    var started = (StartResult.Started) bench.spool.start(bench.place, order);
    drainBoth(started.follow());
    assertThat(started.follow().end(Duration.ofSeconds(5))).isInstanceOf(End.Ended.class);
    samples.add(System.nanoTime() - begin);
    started.follow().done();
  }

  private static double megabytesPerSecond(Bench bench, String instance) throws Exception {
    var order = bench.order("head -c " + MEGABYTES + "000000 /dev/zero");
    var started = (StartResult.Started) bench.spool.start(bench.place, Bench.at(order, instance));
    var begin = System.nanoTime();
    drainBoth(started.follow());
    var seconds = (System.nanoTime() - begin) / 1e9;
    started.follow().done();
    return MEGABYTES / seconds;
  }

  private static void drainBoth(Follow follow) throws InterruptedException {
    var latch = new CountDownLatch(1);
    Thread.ofPlatform()
        .start(
            () -> {
              drain(follow.stderr());
              latch.countDown();
            });
    drain(follow.stdout());
    latch.await();
  }

  private static void drain(InputStream in) {
    try {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
