package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.command.model.Requester;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// The queue of one server over a real database, without anything that runs commands.
public final class QueueFixture {
  public static final Duration AGING = Duration.ofMinutes(10);
  public static final Requester ALICE = Requester.of(new Actor(null, "alice", Actor.Kind.KEY));

  private final QueueModule module;
  private final String owner;

  public QueueFixture(PostgresExtension postgres, Jdbi jdbi, String owner) {
    this.owner = owner;
    var metrics = new BackgroundMetrics(new PrometheusRegistry());
    var life = new ProjectEvents(jdbi, metrics);
    var output = new OutputLog(jdbi, postgres::connect, owner, metrics, new PrometheusRegistry());
    var wakes = new Wakes(jdbi, postgres::connect, metrics);
    this.module = QueueModule.of(jdbi, jdbi, life, output, AGING, () -> 5, wakes);
  }

  /// Empties what the queue keeps.
  public static void empty(PostgresExtension postgres) {
    postgres.truncate(
        "commands",
        "pending_commands",
        "slots",
        "project_events",
        "queue_pauses",
        "idempotency_keys",
        "audit_unsealed");
  }

  public Queue queue() {
    return module.queue();
  }

  public Line line() {
    return module.line();
  }

  public Overview overview() {
    return module.overview();
  }

  public Pauses pauses() {
    return module.pauses();
  }

  public String owner() {
    return owner;
  }

  /// A submission of a shell command with stdin `in` and env `A=1`.
  public static NewCommand command(String project, Priority priority) {
    return command(project, priority, null, null);
  }

  public static NewCommand command(
      String project,
      Priority priority,
      @Nullable Integer startWithin,
      NewCommand.@Nullable Idempotency idempotency) {
    return new NewCommand(
        CommandId.random(Instant.EPOCH).value(),
        project,
        "shell",
        priority.wire(),
        "{}",
        "{\"command\": \"true\"}",
        60,
        startWithin,
        null,
        "alice",
        "r-1",
        "192.0.2.1",
        null,
        "0123456789abcdef",
        "in".getBytes(StandardCharsets.UTF_8),
        "{\"A\": \"1\"}",
        idempotency,
        null);
  }

  public CommandId submit(String project, Priority priority) {
    return submit(command(project, priority));
  }

  public CommandId submit(NewCommand command) {
    if (module.line().submit(command) instanceof Taken.Fresh(var row, var _)) {
      return row.id();
    }
    throw new IllegalStateException("was not queued");
  }

  public List<Claim> claim(Collection<String> projects, int limit, int count) {
    return queue().claim(order(projects, limit, count));
  }

  public ClaimOrder order(Collection<String> projects, int limit, int count) {
    Map<String, Place> places =
        projects.stream()
            .collect(Collectors.toMap(Function.identity(), it -> new Place(it, null, "/" + it)));
    return new ClaimOrder(owner, count, limit, places, Map.of());
  }

  public boolean finish(Claim claim) {
    return queue().finish(claim, completed());
  }

  static Result completed() {
    return new Result(
        CommandStatus.COMPLETED,
        0,
        null,
        null,
        null,
        null,
        0,
        "a".repeat(64),
        "b".repeat(64),
        null);
  }

  /// Lets time pass for all that waits and runs, and all that is asked about it; not for leases.
  static void age(Jdbi jdbi, Duration time) {
    jdbi.useHandle(
        handle -> {
          for (var statement :
              List.of(
                  """
                  UPDATE pending_commands SET due = due - :time, created_at = created_at - :time,
                    start_before = start_before - :time
                  """,
                  """
                  UPDATE commands SET created_at = created_at - :time,
                    started_at = started_at - :time, start_before = start_before - :time
                  WHERE finished_at IS NULL
                  """,
                  "UPDATE slots SET claimed_at = claimed_at - :time WHERE claimed_at IS NOT NULL",
                  "UPDATE idempotency_keys SET created_at = created_at - :time")) {
            handle.createUpdate(statement).bind("time", time).execute();
          }
        });
  }
}
