package ai.orchard9.rdev.ratelimit;

import ai.orchard9.rdev.bench.JmhRun;
import ai.orchard9.rdev.bench.Report;
import ai.orchard9.rdev.bench.Samples;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// What the decision costs in the request. Public, as JMH wants it.
@BenchmarkMode(Mode.AverageTime)
@Fork(1)
@Warmup(iterations = 3, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
public class RateLimitBenchmark {
  private static final int BARE_LIMIT = 1000;

  @Test
  void measuresTheDecision() throws Exception {
    var run = JmhRun.of(RateLimitBenchmark.class);

    new Report(
            "k. Rate limit",
            "ns a decision",
            "1 thread",
            "2 threads",
            "processor time, 1 thread",
            "processor time, 2 threads")
        .row("one key, all pass", cells(run, "decides", Load.ONE_PASSES.name()))
        .row("one key, nearly all refused", cells(run, "decides", Load.ONE_REFUSED.name()))
        .row("100,000 keys, all pass", cells(run, "decides", Load.MANY_PASS.name()))
        .row("bare", cells(run, "bare"))
        .note(
            """
            JMH's average time: the median of five iterations after three to warm up, in a JVM for each figure. By the
            wall clock, waiting for a busy processor counts; processor time is the deciding threads' own. Two threads
            share the keys. Bare is an `AtomicLong` raised for each and compared with the limit. Target: ≤ 1,000 ns.\
            """)
        .write();
  }

  private static String[] cells(JmhRun run, String prefix, String... load) {
    return new String[] {
      Samples.text(run.medianWall(prefix + "Alone", load)),
      Samples.text(run.medianWall(prefix + "ByTwo", load)),
      Samples.text(run.medianProcessor(prefix + "Alone", load)),
      Samples.text(run.medianProcessor(prefix + "ByTwo", load))
    };
  }

  /// Decides in one thread.
  @Benchmark
  @Threads(1)
  public void decidesAlone(Requests requests, Turn turn, Blackhole answers) {
    answers.consume(requests.next(turn));
  }

  /// Decides in two.
  @Benchmark
  @Threads(2)
  public void decidesByTwo(Requests requests, Turn turn, Blackhole answers) {
    answers.consume(requests.next(turn));
  }

  /// Only counts, in one thread.
  @Benchmark
  @Threads(1)
  public boolean bareAlone(Count count) {
    return count.requests.incrementAndGet() <= BARE_LIMIT;
  }

  /// Only counts, in two.
  @Benchmark
  @Threads(2)
  public boolean bareByTwo(Count count) {
    return count.requests.incrementAndGet() <= BARE_LIMIT;
  }

  /// Who asks, and how much is allowed.
  public enum Load {
    ONE_PASSES(1, Integer.MAX_VALUE),
    ONE_REFUSED(1, 1000),
    MANY_PASS(SlidingWindow.MOST_KEYS, Integer.MAX_VALUE);

    private final int keys;
    private final int limit;

    Load(int keys, int limit) {
      this.keys = keys;
      this.limit = limit;
    }
  }

  /// The limiter, and the keys that ask it one after the other.
  @State(Scope.Benchmark)
  public static class Requests {
    private final SlidingWindow window =
        new SlidingWindow(
            Duration.ofSeconds(10), new SharedClock(InstantSource.system(), System::nanoTime));
    private final List<UUID> keys = new ArrayList<>();

    /// Set by JMH.
    @Param public Load load = Load.ONE_PASSES;

    /// Makes the keys.
    @Setup
    public void prepare() {
      while (keys.size() < load.keys) {
        keys.add(UUID.randomUUID());
      }
    }

    /// Tells the other replicas, as a server does all the time.
    @TearDown(Level.Iteration)
    public void tell() {
      window.tell();
    }

    private Decision next(Turn turn) {
      return window.take(keys.get(turn.next(keys.size())), load.limit);
    }
  }

  /// Whose turn it is in a thread.
  @State(Scope.Thread)
  public static class Turn {
    private int last;

    private int next(int size) {
      last = last + 1 < size ? last + 1 : 0;
      return last;
    }
  }

  /// What is counted with nothing around it.
  @State(Scope.Benchmark)
  public static class Count {
    private final AtomicLong requests = new AtomicLong();
  }
}
