package ai.orchard9.rdev.command;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.command.model.Requester;
import ai.orchard9.rdev.command.policy.GitPolicy;
import ai.orchard9.rdev.command.policy.ShellPolicy;
import ai.orchard9.rdev.command.queue.NewCommand;
import ai.orchard9.rdev.command.queue.QueueModule;
import ai.orchard9.rdev.command.queue.Standing;
import ai.orchard9.rdev.command.queue.Taken;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.project.ProjectCatalog;
import ai.orchard9.rdev.tracing.Traced;
import ai.orchard9.rdev.tracing.Traceparent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Submits, finds and changes commands. Knows no HTTP.
public final class CommandService {
  private final Jdbi jdbi;
  private final CommandSearch search;
  private final ProjectCatalog projects;
  private final QueueModule queue;
  private final ShellPolicy shellPolicy;
  private final InstantSource clock;

  CommandService(
      Jdbi jdbi,
      ProjectCatalog projects,
      QueueModule queue,
      ShellPolicy shellPolicy,
      InstantSource clock) {
    this.jdbi = jdbi;
    this.search = new CommandSearch(jdbi);
    this.projects = projects;
    this.queue = queue;
    this.shellPolicy = shellPolicy;
    this.clock = clock;
  }

  /// What came with the request that is not its body.
  ///
  /// @param traceparent where in a trace the client is; null: in none
  /// @param idempotency the client's own name of the request; null without one
  public record Origin(
      RequestContext request,
      @Nullable Traceparent traceparent,
      NewCommand.@Nullable Idempotency idempotency) {}

  /// A command that was submitted.
  ///
  /// @param position in the line of its project, 1 = next; null when it does not wait
  /// @param replayed whether it was submitted before, under the same idempotency key
  public record Submitted(Command command, @Nullable Integer position, boolean replayed) {}

  /// Queues an instruction, or finds what was queued under the same idempotency key. When it
  /// returns, the row is committed.
  ///
  /// @throws ApiException.NotFound no such project, or not one that the caller's key may see
  /// @throws ApiException.Forbidden the key, or the policy, does not allow it
  /// @throws ApiException.Conflict the idempotency key stands for another request, or a command
  ///   that has not ended is in the conversation of `session_id`
  public Submitted submit(Caller caller, String project, Submission submission, Origin origin) {
    projects.get(caller, project);
    allow(caller, submission);
    var id = CommandId.random(clock.instant());
    try (var _ = Traced.begin("command submit").with("command", id.value())) {
      var command = NewCommands.of(id, project, caller, submission, origin);
      return switch (queue.line().submit(command)) {
        case Taken.Fresh(var row, var position) -> new Submitted(row, position, false);
        case Taken.Replay(var known) -> replayed(caller, known);
        case Taken.Busy() -> throw CommandErrors.sessionIsBusy();
        case Taken.Conflict() -> throw CommandErrors.otherRequest();
      };
    }
  }

  private Submitted replayed(Caller caller, String id) {
    var command = get(caller, id);
    var position = standing(command.id()).map(Standing::position).orElse(null);
    return new Submitted(command, position, true);
  }

  private void allow(Caller caller, Submission submission) {
    var type = submission.instruction().type();
    if (!caller.mayRun(type.wire())) {
      throw CommandErrors.typeNotAllowed(type);
    }
    allow(caller, submission.priority());
    switch (submission.instruction()) {
      case Instruction.Shell shell -> shellPolicy.check(shell.command());
      case Instruction.Git git -> GitPolicy.check(git.args());
      case Instruction.Claude _ -> {}
    }
  }

  private static void allow(Caller caller, Priority priority) {
    if (priority == Priority.URGENT && !caller.has(Scope.ADMIN)) {
      throw CommandErrors.urgentNeedsAdmin();
    }
  }

  /// The command, when there is one that the caller may see.
  public Optional<Command> find(Caller caller, String id) {
    return CommandId.parse(id)
        .flatMap(it -> jdbi.withExtension(CommandDao.class, dao -> dao.find(it.value())))
        .filter(it -> caller.mayUse(it.project()));
  }

  /// The command, whoever asks.
  public Optional<Command> find(CommandId id) {
    return jdbi.withExtension(CommandDao.class, dao -> dao.find(id.value()));
  }

  /// Like [#find].
  ///
  /// @throws ApiException.NotFound malformed, unknown, or not the caller's to see
  public Command get(Caller caller, String id) {
    return find(caller, id).orElseThrow(CommandErrors::notFound);
  }

  /// Commands that the caller may see, newest first.
  ///
  /// @param after where to begin; empty: with the newest
  public List<Command> list(Caller caller, CommandFilter filter, int rows, Optional<Cursor> after) {
    var visible = caller.projects().map(it -> it.toArray(String[]::new)).orElse(null);
    return search.list(filter, visible, rows, after);
  }

  /// Conversations of a project, the one with the newest command first.
  ///
  /// @param after where to begin; empty: with the first
  /// @throws ApiException.NotFound no such project, or not one that the caller's key may see
  public List<AgentSession> sessions(
      Caller caller, String project, int rows, Optional<Cursor> after) {
    projects.get(caller, project);
    var beforeAt = after.map(it -> it.instant(0)).orElse(null);
    var beforeId = after.map(it -> it.text(1)).orElse(null);
    return jdbi.withExtension(
        AgentSessionDao.class, dao -> dao.list(project, beforeAt, beforeId, rows));
  }

  /// How many commands that the caller may see, and that were created since then, may have run
  /// without anybody seeing their end; counted up to `most`.
  public int countUnknown(Caller caller, Instant since, int most) {
    var visible = caller.projects().map(it -> it.toArray(String[]::new)).orElse(null);
    return jdbi.withExtension(CommandDao.class, dao -> dao.countUnknown(since, visible, most));
  }

  /// Where a command stands in its line; empty when it does not wait any more.
  public Optional<Standing> standing(CommandId id) {
    return queue.overview().standing(id.value());
  }

  /// Gives a waiting command another priority.
  ///
  /// @throws ApiException.Forbidden `urgent` needs the scope `admin`
  /// @throws ApiException.Conflict it does not wait any more
  public Command prioritize(Caller caller, String id, Priority priority, RequestContext request) {
    var command = get(caller, id);
    allow(caller, priority);
    return queue
        .line()
        .prioritize(command.id(), priority, Requester.of(Actor.of(caller), request))
        .orElseThrow(() -> CommandErrors.notPending(get(caller, id)));
  }

  /// Ends a command: at once while it waits, by signals while it runs.
  ///
  /// @param grace between TERM and KILL, 0–60 s
  /// @throws ApiException.Conflict it has ended already
  public Command cancel(Caller caller, String id, Duration grace, RequestContext request) {
    return cancel(get(caller, id).id(), grace, Requester.of(Actor.of(caller), request));
  }

  /// As the other, for whoever may see every command.
  public Command cancel(CommandId id, Duration grace, Requester requester) {
    var cancelled = queue.line().cancel(id, requester);
    if (cancelled.isPresent()) {
      return cancelled.get();
    }
    var isNew = queue.queue().requestCancel(id, grace, requester);
    var now = find(id).orElseThrow(CommandErrors::notFound);
    if (!isNew && now.status().isFinal()) {
      throw CommandErrors.finished(now);
    }
    return now;
  }
}
