package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.queue.Line;
import ai.orchard9.rdev.command.queue.Queue;
import ai.orchard9.rdev.execution.spool.Spool;
import ai.orchard9.rdev.project.ProjectCatalog;
import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.BooleanSupplier;

/// Wires the room.
public final class ExecutionModule {
  private ExecutionModule() {}

  /// Starts executing with the server, and hands over when it stops.
  ///
  /// @param owner id of this server among owners of commands
  /// @param mostProjects how many projects have a value of their own in labels of metrics
  /// @param databaseIsSettled whether the database has been up for a lease when the server starts
  public static Execution install(
      Environment environment,
      String owner,
      Queue queue,
      Line line,
      OutputLog output,
      Spool spool,
      ProjectCatalog projects,
      ExecutionConfig config,
      int mostProjects,
      BooleanSupplier databaseIsSettled,
      BackgroundMetrics metrics,
      PrometheusRegistry registry) {
    var counts = new CommandMetrics(registry, mostProjects);
    line.onEnd(counts::endedWaiting);
    projects.onList(counts::expect);
    var execution =
        new Execution(
            owner,
            queue,
            line,
            output,
            spool,
            projects,
            config,
            databaseIsSettled,
            metrics,
            counts,
            new AgentMetrics(registry));
    environment.lifecycle().manage(execution);
    return execution;
  }
}
