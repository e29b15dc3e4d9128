package ai.orchard9.rdev;

import ai.orchard9.rdev.apikey.ApiKeyService;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.command.CommandService;
import ai.orchard9.rdev.command.queue.QueueModule;
import ai.orchard9.rdev.command.queue.Roundup;
import ai.orchard9.rdev.ops.diagnosis.Diagnoses;
import ai.orchard9.rdev.ops.server.Drain;
import ai.orchard9.rdev.ops.server.Servers;
import ai.orchard9.rdev.ops.task.AdminTask;
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
import io.dropwizard.core.setup.AdminEnvironment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// What operators can do on the admin port, feature by feature.
final class OperatorTasks {
  private final List<AdminTask> tasks = new ArrayList<>();

  void limits(Limits limits) {
    tasks.add(new LimitsTask(limits));
  }

  void keys(ApiKeyService keys, Roundup roundup) {
    tasks.add(new RevokeKeyTask(keys, roundup));
  }

  void caches(CacheFlushes flushes) {
    tasks.add(new CacheFlushTask(flushes));
  }

  void cluster(ProjectCatalog projects, Optional<Breaker> breaker) {
    tasks.add(new ProjectsTask(projects));
    tasks.add(new CircuitBreakerTask(breaker));
  }

  void commands(CommandService commands, QueueModule queue, ApiKeyService keys, Servers servers) {
    tasks.add(new CommandsTask(commands, queue.roundup(), keys, servers));
    tasks.add(new QueueTask(queue));
  }

  void streams(OpenStreams streams) {
    tasks.add(new StreamsTask(new Followed(streams)));
  }

  void servers(Servers servers, Drain drain, Roundup roundup) {
    tasks.add(new ServersTask(servers, roundup));
    tasks.add(new DrainTask(drain));
  }

  void webhooks(WebhooksTask webhooks) {
    tasks.add(webhooks);
  }

  /// Serves all that there is by then, and looks into the JVM.
  void install(AdminEnvironment admin, AuditLog audit) {
    AdminTasks.install(admin, audit, tasks);
    Diagnoses.install(admin, audit);
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
