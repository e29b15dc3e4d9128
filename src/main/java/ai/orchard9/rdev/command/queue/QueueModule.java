package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.database.Listener;
import io.dropwizard.lifecycle.setup.LifecycleEnvironment;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.jdbi.v3.core.Jdbi;

/// Wires the room.
///
/// @param line takes commands in
/// @param queue offers them to those who run them
/// @param overview shows both
/// @param pauses holds them
/// @param roundup shows and ends many at once
public record QueueModule(
    Line line, Queue queue, Overview overview, Pauses pauses, Roundup roundup) {

  /// Builds the room.
  ///
  /// @param requests a pool whose waits are as short as a request's
  /// @param work a pool for background work
  /// @param connections for hearing other servers
  /// @param aging how much waiting each step of priority is worth
  /// @param concurrentCommands how many commands of one project run at once
  public static QueueModule install(
      LifecycleEnvironment lifecycle,
      Jdbi requests,
      Jdbi work,
      Listener.Source connections,
      ProjectEvents life,
      OutputLog output,
      Duration aging,
      IntSupplier concurrentCommands,
      BackgroundMetrics background,
      PrometheusRegistry registry) {
    var wakes = new Wakes(work, connections, background);
    lifecycle.manage(wakes);
    var module = of(requests, work, life, output, aging, concurrentCommands, wakes);
    lifecycle.manage(
        new QueueMetrics(new Overview(work, concurrentCommands), background, registry));
    return module;
  }

  /// The room without what it manages.
  static QueueModule of(
      Jdbi requests,
      Jdbi work,
      ProjectEvents life,
      OutputLog output,
      Duration aging,
      IntSupplier concurrentCommands,
      Wakes wakes) {
    var claiming = new Claiming(aging);
    var line = new Line(requests, work, claiming, life, output, wakes);
    var queue = new Queue(work, claiming, line, life, output, wakes);
    return new QueueModule(
        line,
        queue,
        new Overview(requests, concurrentCommands),
        new Pauses(requests, wakes),
        new Roundup(work, line, queue));
  }
}
