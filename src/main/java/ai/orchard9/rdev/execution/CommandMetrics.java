package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.CommandType;
import ai.orchard9.rdev.command.queue.Result;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What is counted and timed of commands. Each server counts the ends that it wrote, and shows the
/// commands that it owns: the sum over all servers counts none twice, however often one was handed
/// over. A server that is killed between the commit of an end and its count takes that one along.
///
/// Counters and the gauge are there at 0 for every project, as soon as it is listed. The times of a
/// project, which are many series, begin with its first command of a type. Any thread may call.
final class CommandMetrics {
  private static final List<CommandStatus> ENDS =
      Stream.of(CommandStatus.values()).filter(CommandStatus::isFinal).toList();
  private static final List<String> FAILURES =
      List.of(
          "EXIT_NONZERO",
          "SIGNALLED",
          "TIMEOUT",
          "OUTPUT_LIMIT",
          "OUTPUT_LOST",
          "BUDGET_EXCEEDED",
          "QUEUE_TIMEOUT",
          "START_FAILED",
          "PROJECT_GONE",
          "OUTCOME_UNKNOWN");
  private static final double[] SECONDS = {.01, .05, .1, .5, 1, 5, 30, 60, 300, 1800, 7200, 86_400};
  private static final double[] FIRST_BYTE_SECONDS = {
    .005, .01, .025, .05, .1, .25, .5, 1, 5, 30, 300, 1800
  };
  private static final double NANOS = 1e9;

  private final ProjectLabels projects;
  private final Counter ended;
  private final Counter failures;
  private final Gauge active;
  private final Histogram duration;
  private final Histogram queued;
  private final Histogram firstByte;

  /// @param mostProjects how many projects have a label of their own
  CommandMetrics(PrometheusRegistry registry, int mostProjects) {
    this.projects = new ProjectLabels(mostProjects);
    ended =
        Counter.builder()
            .name("rdev_commands_total")
            .help("Commands whose end this server wrote")
            .labelNames("project", "type", "status")
            .register(registry);
    failures =
        Counter.builder()
            .name("rdev_command_failures_total")
            .help("Failed commands whose end this server wrote, by their error's code")
            .labelNames("code")
            .register(registry);
    active =
        Gauge.builder()
            .name("rdev_commands_active")
            .help("Commands that this server runs now")
            .labelNames("project", "type")
            .register(registry);
    duration = times(registry, "duration", "From its start to its end, as written", SECONDS);
    queued =
        times(
            registry,
            "queue",
            "From submission to start, told at the end; to the end of what never started",
            SECONDS);
    firstByte =
        times(
            registry,
            "first_byte",
            "From its start to the first byte of output here, told at the end, of what printed",
            FIRST_BYTE_SECONDS);
    FAILURES.forEach(failures::initLabelValues);
    expect(ProjectLabels.NONE);
    for (var type : CommandType.values()) {
      expectTimes(ProjectLabels.NONE, type);
    }
  }

  private static Histogram times(
      PrometheusRegistry registry, String what, String help, double[] seconds) {
    return Histogram.builder()
        .name("rdev_command_" + what + "_seconds")
        .help(help)
        .classicOnly()
        .classicUpperBounds(seconds)
        .labelNames("project", "type", "status")
        .register(registry);
  }

  /// These projects there are: their series begin at 0, before anything happens in them.
  void expect(Collection<String> listed) {
    listed.forEach(it -> projects.name(it).ifPresent(this::expect));
  }

  private void expect(String label) {
    for (var type : CommandType.values()) {
      active.initLabelValues(label, type.wire());
      for (var status : ENDS) {
        ended.initLabelValues(label, type.wire(), status.wire());
      }
    }
  }

  private void expectTimes(String label, CommandType type) {
    for (var status : ENDS) {
      for (var times : List.of(duration, queued, firstByte)) {
        times.initLabelValues(label, type.wire(), status.wire());
      }
    }
  }

  /// This server owns it from now on.
  void began(Command command) {
    var label = projects.of(command.project());
    expectTimes(label, command.type());
    active.labelValues(label, command.type().wire()).inc();
  }

  /// It does not any more, for whatever reason.
  void left(Command command) {
    active.labelValues(projects.of(command.project()), command.type().wire()).dec();
  }

  /// This server wrote the end of a command that had started.
  ///
  /// @param nanos since its start
  /// @param firstByteNanos from its start to its first byte; null: it printed nothing, or the first
  ///   byte reached another server
  void ended(Command command, Result result, long nanos, @Nullable Long firstByteNanos) {
    var labels = count(command, result.status(), result.errorCode());
    observe(duration, labels, command, nanos / NANOS);
    if (firstByteNanos != null) {
      observe(firstByte, labels, command, firstByteNanos / NANOS);
    }
  }

  /// This server ended commands that were still waiting.
  void endedWaiting(List<Command> commands) {
    for (var command : commands) {
      count(command, command.status(), command.errorCode());
    }
  }

  private String[] count(Command command, CommandStatus status, @Nullable String errorCode) {
    var labels =
        new String[] {projects.of(command.project()), command.type().wire(), status.wire()};
    ended.labelValues(labels).inc();
    if (errorCode != null) {
      failures.labelValues(errorCode).inc();
    }
    var waited = command.queueMillis();
    if (waited != null) {
      observe(queued, labels, command, waited / 1000.0);
    }
    return labels;
  }

  private static void observe(Histogram times, String[] labels, Command command, double seconds) {
    var traceId = command.traceId();
    var series = times.labelValues(labels);
    if (traceId == null) {
      series.observe(Math.max(0, seconds));
    } else {
      series.observeWithExemplar(Math.max(0, seconds), Labels.of("trace_id", traceId));
    }
  }
}
