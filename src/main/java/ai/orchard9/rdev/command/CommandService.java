package ai.orchard9.rdev.command;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.command.policy.GitPolicy;
import ai.orchard9.rdev.command.policy.ShellPolicy;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.project.ProjectCatalog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Submits, finds and cancels commands. Knows no HTTP.
public final class CommandService {
  private final Jdbi jdbi;
  private final ProjectCatalog projects;
  private final Queue queue;
  private final ProjectEvents life;
  private final ShellPolicy shellPolicy;
  private final InstantSource clock;

  CommandService(
      Jdbi jdbi,
      ProjectCatalog projects,
      Queue queue,
      ProjectEvents life,
      ShellPolicy shellPolicy,
      InstantSource clock) {
    this.jdbi = jdbi;
    this.projects = projects;
    this.queue = queue;
    this.life = life;
    this.shellPolicy = shellPolicy;
    this.clock = clock;
  }

  /// What came with the request that is not its body.
  ///
  /// @param traceId 32 hex digits of `traceparent`; null without one
  public record Origin(RequestContext request, @Nullable String traceId) {}

  /// Queues an instruction. When it returns, the row is committed.
  ///
  /// @throws ApiException.NotFound no such project, or not one that the caller's key may see
  /// @throws ApiException.Forbidden the key, or the policy, does not allow it
  public Command submit(Caller caller, String project, Submission submission, Origin origin) {
    projects.get(caller, project);
    allow(caller, submission);
    var row = CommandRow.of(CommandId.random(clock.instant()), project, caller, submission, origin);
    var command = jdbi.withExtension(CommandDao.class, dao -> dao.insert(row));
    life.published();
    queue.submitted();
    return command;
  }

  private void allow(Caller caller, Submission submission) {
    var type = submission.instruction().type();
    if (!caller.mayRun(type.wire())) {
      throw CommandErrors.typeNotAllowed(type);
    }
    if (submission.priority() == Priority.URGENT && !caller.has(Scope.ADMIN)) {
      throw CommandErrors.urgentNeedsAdmin();
    }
    switch (submission.instruction()) {
      case Instruction.Shell shell -> shellPolicy.check(shell.command());
      case Instruction.Git git -> GitPolicy.check(git.args());
      case Instruction.Claude _ -> {}
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
    return jdbi.withExtension(CommandDao.class, dao -> filter.list(dao, visible, rows, after));
  }

  /// 1 = next; 0 when it does not wait any more.
  public int queuePosition(CommandId id) {
    return jdbi.withExtension(CommandDao.class, dao -> dao.queuePosition(id.value()));
  }

  /// Ends a command: at once while it waits, by signals while it runs.
  ///
  /// @param grace between TERM and KILL, 0–60 s
  /// @throws ApiException.Conflict it has ended already
  public Command cancel(Caller caller, String id, Duration grace, RequestContext request) {
    var command = get(caller, id);
    var requester = Requester.of(Actor.of(caller), request);
    var cancelled =
        jdbi.withExtension(
            CommandDao.class, dao -> dao.cancelPending(command.id().value(), requester));
    if (cancelled.isPresent()) {
      life.published();
      queue.finished(command.id());
      return cancelled.get();
    }
    var asked =
        jdbi.withExtension(
            CommandDao.class,
            dao -> dao.requestCancel(command.id().value(), (int) grace.toSeconds(), requester));
    var now = get(caller, id);
    if (asked == 0 && now.status().isFinal()) {
      throw CommandErrors.finished(now);
    }
    queue.killRequested(command.id());
    return now;
  }
}
