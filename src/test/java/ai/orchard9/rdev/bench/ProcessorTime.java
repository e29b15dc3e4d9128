package ai.orchard9.rdev.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/// Has JMH say, beside the time by the wall clock, how much processor time the measuring threads
/// took for each operation: others want the processors too. Public, as JMH wants it.
public final class ProcessorTime implements InternalProfiler {
  static final String LABEL = "processor";

  private static final ThreadMXBean TIMES = ManagementFactory.getThreadMXBean();

  private long before;

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    before = taken();
  }

  @Override
  public List<ScalarResult> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    var each = (double) (taken() - before) / result.getMetadata().getAllOps();
    return List.of(new ScalarResult(LABEL, each, "ns/op", AggregationPolicy.AVG));
  }

  @Override
  public String getDescription() {
    return "Processor time of the measuring threads";
  }

  private static long taken() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(it -> it.getName().contains("jmh-worker"))
        .mapToLong(it -> Math.max(0, TIMES.getThreadCpuTime(it.threadId())))
        .sum();
  }
}
