package ai.orchard9.rdev.bench;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.util.Statistics;

/// What JMH measured of one class's benchmarks, each in a JVM of its own.
public final class JmhRun {
  private final Collection<RunResult> results;

  private JmhRun(Collection<RunResult> results) {
    this.results = results;
  }

  /// Measures; the first benchmark that throws ends it.
  ///
  /// @param benchmarks has methods that are `@Benchmark`, and says how long they are measured
  /// @param jvmArguments for the JVMs, beside those of this one
  public static JmhRun of(Class<?> benchmarks, String... jvmArguments) throws RunnerException {
    var options =
        new OptionsBuilder()
            .include("^" + Pattern.quote(benchmarks.getName() + "."))
            .jvmArgsAppend(jvmArguments)
            .addProfiler(ProcessorTime.class)
            .timeUnit(TimeUnit.NANOSECONDS)
            .shouldFailOnError(true)
            .build();
    return new JmhRun(new Runner(options).run());
  }

  /// Nanoseconds of each iteration of a benchmark, by the wall clock.
  ///
  /// @param parameters values that tell it from the method's others
  public Statistics wall(String method, String... parameters) {
    return result(method, parameters).getPrimaryResult().getStatistics();
  }

  /// Nanoseconds in the iteration in the middle, by the wall clock.
  public double medianWall(String method, String... parameters) {
    return wall(method, parameters).getPercentile(50);
  }

  /// Nanoseconds of processor time in the iteration in the middle.
  public double medianProcessor(String method, String... parameters) {
    return Optional.ofNullable(
            result(method, parameters).getSecondaryResults().get(ProcessorTime.LABEL))
        .orElseThrow()
        .getStatistics()
        .getPercentile(50);
  }

  private RunResult result(String method, String... parameters) {
    return results.stream()
        .filter(it -> it.getParams().getBenchmark().endsWith("." + method))
        .filter(it -> parameters(it).containsAll(List.of(parameters)))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> parameters(RunResult result) {
    var parameters = result.getParams();
    return parameters.getParamsKeys().stream().map(parameters::getParam).toList();
  }
}
