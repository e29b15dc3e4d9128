package ai.orchard9.rdev;

import ai.orchard9.rdev.apikey.ApiKeyModule;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.command.CommandService;
import ai.orchard9.rdev.command.queue.QueueModule;
import ai.orchard9.rdev.ops.diagnosis.Diagnoses;
import ai.orchard9.rdev.ops.server.Drain;
import ai.orchard9.rdev.ops.server.Servers;
import ai.orchard9.rdev.ops.task.AdminTasks;
import ai.orchard9.rdev.ops.task.CacheFlushTask;
import ai.orchard9.rdev.ops.task.CacheFlushes;
import ai.orchard9.rdev.ops.task.CircuitBreakerTask;
import ai.orchard9.rdev.ops.task.CommandsTask;
import ai.orchard9.rdev.ops.task.DrainTask;
import ai.orchard9.rdev.ops.task.LimitsTask;
import ai.orchard9.rdev.ops.task.ProjectsTask;
import ai.orchard9.rdev.ops.task.QueueTask;
import ai.orchard9.rdev.ops.task.RevokeKeyTask;
import ai.orchard9.rdev.ops.task.ServersTask;
import ai.orchard9.rdev.ops.task.StreamsTask;
import ai.orchard9.rdev.ops.task.WebhooksTask;
import ai.orchard9.rdev.project.ProjectCatalog;
import ai.orchard9.rdev.ratelimit.Limits;
import ai.orchard9.rdev.runtime.Breaker;
import ai.orchard9.rdev.stream.OpenStreams;
import io.dropwizard.core.setup.Environment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jdbi.v3.core.Jdbi;

/// Puts what operators can do on the admin port.
final class OperatorTasks {
  private OperatorTasks() {}

  static void install(
      Environment environment,
      Jdbi work,
      BackgroundMetrics background,
      AuditLog audit,
      Limits limits,
      ApiKeyModule keys,
      Optional<Breaker> breaker,
      ProjectCatalog projects,
      QueueModule queue,
      CommandService commands,
      OpenStreams streams,
      Servers servers,
      Drain drain,
      WebhooksTask webhooks) {
    var caches = Map.<String, Runnable>of("projects", projects::flush, "keys", keys::forgetKnown);
    var flushes = new CacheFlushes(work, caches, background);
    environment.lifecycle().manage(flushes);
    AdminTasks.install(
        environment.admin(),
        audit,
        List.of(
            new CacheFlushTask(flushes),
            new CircuitBreakerTask(breaker),
            new CommandsTask(commands, queue.roundup(), keys.service(), servers),
            new DrainTask(drain),
            new LimitsTask(limits),
            new ProjectsTask(projects),
            new QueueTask(queue),
            new RevokeKeyTask(keys.service(), queue.roundup()),
            new ServersTask(servers, queue.roundup()),
            new StreamsTask(new Followed(streams)),
            webhooks));
    Diagnoses.install(environment.admin(), audit);
  }

  private record Followed(OpenStreams streams) implements StreamsTask.Streams {
    @Override
    public List<StreamsTask.Open> list() {
      return streams.list().stream().map(Followed::open).toList();
    }

    @Override
    public int close(Predicate<StreamsTask.Open> which) {
      return streams.close(
          it -> which.test(open(it)),
          "SERVICE_UNAVAILABLE",
          "an operator has closed this stream; reconnect");
    }

    private static StreamsTask.Open open(OpenStreams.Open it) {
      return new StreamsTask.Open(it.number(), it.keyPrefix(), it.project(), it.target(), it.age());
    }
  }
}
