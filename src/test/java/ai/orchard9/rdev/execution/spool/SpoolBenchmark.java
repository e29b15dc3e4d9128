package ai.orchard9.rdev.execution.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What durability costs beside a bare process.
class SpoolBenchmark {
  private static final int ROUNDS = 200;

  @ParameterizedTest
  @EnumSource(Shell.class)
  void measuresTrueAndThroughput(Shell shell) throws Exception {
    try (var bench = new Bench(shell)) {
      var instance = bench.instance();
      var spooled = new long[ROUNDS];
      var bare = new long[ROUNDS];
      for (int i = -20; i < ROUNDS; i++) {
        // A spare session is ready again, as it is between two commands of people.
        TimeUnit.MILLISECONDS.sleep(150);
        var order = Bench.at(bench.order("true"), instance);
        long begin = System.nanoTime();
        var started = (StartResult.Started) bench.spool.start(bench.place, order);
        var follow = started.follow();
        drainBoth(follow);
        assertThat(follow.end(Duration.ofSeconds(5))).isInstanceOf(End.Ended.class);
        long end = System.nanoTime();
        follow.done();
        TimeUnit.MILLISECONDS.sleep(20);
        long bareBegin = System.nanoTime();
        new ProcessBuilder("bash", "-c", "true").start().waitFor();
        if (i >= 0) {
          spooled[i] = end - begin;
          bare[i] = System.nanoTime() - bareBegin;
        }
      }

      var big = bench.order("head -c 200000000 /dev/zero");
      var started = (StartResult.Started) bench.spool.start(bench.place, Bench.at(big, instance));
      long begin = System.nanoTime();
      drainBoth(started.follow());
      double seconds = (System.nanoTime() - begin) / 1e9;
      started.follow().done();

      System.err.printf(
          "%s: true p50 %.1f ms p95 %.1f ms, bare process p50 %.1f ms, %.0f MB/s%n",
          shell,
          percentile(spooled, 0.5),
          percentile(spooled, 0.95),
          percentile(bare, 0.5),
          200 / seconds);
    }
  }

  private static void drainBoth(Follow follow) throws Exception {
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

  private static double percentile(long[] nanos, double p) {
    var sorted = nanos.clone();
    Arrays.sort(sorted);
    return sorted[(int) (sorted.length * p)] / 1e6;
  }
}
