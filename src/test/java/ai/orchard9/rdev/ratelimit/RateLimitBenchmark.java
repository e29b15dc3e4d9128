package ai.orchard9.rdev.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.bench.Report;
import ai.orchard9.rdev.bench.Samples;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// What the decision costs in the request.
final class RateLimitBenchmark {
  private static final int DECISIONS = 2_000_000;
  private static final int WARM_UP = 3;
  private static final int RUNS = 5;
  private static final int MANY = 100_000;
  private static final ThreadMXBean TIMES = ManagementFactory.getThreadMXBean();
  private static final AtomicLong BARE = new AtomicLong();

  @Test
  void measuresTheDecision() throws Exception {
    new Report("k. Rate limit", "ns a decision", "1 thread", "2 threads", "bare, 1 thread")
        .row("one key, all pass", cells(1, Integer.MAX_VALUE))
        .row("one key, nearly all refused", cells(1, 1000))
        .row("100,000 keys, all pass", cells(MANY, Integer.MAX_VALUE))
        .note(
            """
            The median of five runs of 2,000,000 decisions per thread, after three to warm up; two threads share the
            keys. It is processor time, for the machine was shared. Bare is an `AtomicLong` raised for each and compared with the limit. Target: ≤ 1,000 ns.\
            """)
        .write();
  }

  private static String[] cells(int keys, int limit) throws Exception {
    return new String[] {
      Samples.text(nanos(keys, limit, 1)),
      Samples.text(nanos(keys, limit, 2)),
      Samples.text(bare(limit))
    };
  }

  private static double nanos(int keys, int limit, int threads) throws Exception {
    var clock = new SharedClock(InstantSource.system(), System::nanoTime);
    var window = new SlidingWindow(Duration.ofSeconds(10), clock);
    var ids = new ArrayList<UUID>();
    for (int i = 0; i < keys; i++) {
      ids.add(UUID.randomUUID());
    }
    var samples = new Samples(RUNS);
    for (int run = 0; run < WARM_UP + RUNS; run++) {
      var took = together(threads, () -> decide(window, ids, limit));
      if (run >= WARM_UP) {
        samples.add(took);
      }
      window.tell();
    }
    return samples.median() * 1e6 / DECISIONS;
  }

  private static void decide(SlidingWindow window, List<UUID> ids, int limit) {
    var accepted = 0;
    for (int i = 0; i < DECISIONS; i++) {
      accepted += window.take(ids.get(i % ids.size()), limit).accepted() ? 1 : 0;
    }
    assertThat(accepted).isLessThanOrEqualTo(limit);
  }

  private static double bare(int limit) {
    BARE.set(0);
    var samples = new Samples(RUNS);
    for (int run = 0; run < WARM_UP + RUNS; run++) {
      var accepted = 0;
      var before = TIMES.getCurrentThreadCpuTime();
      for (int i = 0; i < DECISIONS; i++) {
        accepted += BARE.incrementAndGet() <= limit ? 1 : 0;
      }
      var took = TIMES.getCurrentThreadCpuTime() - before;
      assertThat(accepted).isLessThanOrEqualTo(limit);
      if (run >= WARM_UP) {
        samples.add(took);
      }
    }
    return samples.median() * 1e6 / DECISIONS;
  }

  /// The processor time that the threads took: others want the processors too.
  private static long together(int threads, Runnable work) throws Exception {
    var start = new CyclicBarrier(threads);
    var took = new AtomicLong();
    var running = new ArrayList<Thread>();
    for (int i = 0; i < threads; i++) {
      running.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      start.await();
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                    var before = TIMES.getCurrentThreadCpuTime();
                    work.run();
                    took.addAndGet(TIMES.getCurrentThreadCpuTime() - before);
                  }));
    }
    for (var thread : running) {
      thread.join();
    }
    return took.get() / threads;
  }
}
