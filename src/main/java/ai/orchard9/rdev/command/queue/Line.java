package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.command.model.Requester;
import ai.orchard9.rdev.command.output.OutputLog;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jdbi.v3.core.Jdbi;

/// The commands that wait: puts them there, moves them, and takes out what shall not start.
public final class Line {
  private static final int EXPIRED_AT_ONCE = 200;
  private static final int CANCELLED_AT_ONCE = 500;

  private final Jdbi requests;
  private final Jdbi work;
  private final Intake intake;
  private final Claiming claiming;
  private final ProjectEvents life;
  private final OutputLog output;
  private final Wakes wakes;
  private final List<Consumer<List<Command>>> onEnd = new CopyOnWriteArrayList<>();

  Line(
      Jdbi requests,
      Jdbi work,
      Claiming claiming,
      ProjectEvents life,
      OutputLog output,
      Wakes wakes) {
    this.requests = requests;
    this.work = work;
    this.intake = new Intake(requests, claiming, life, wakes);
    this.claiming = claiming;
    this.life = life;
    this.output = output;
    this.wakes = wakes;
  }

  /// Calls back with commands that were ended here while they waited, after the commit.
  public void onEnd(Consumer<List<Command>> told) {
    onEnd.add(told);
  }

  void serve(Claimant claimant) {
    intake.serve(claimant);
  }

  /// A command of this project has ended here, and left a slot.
  void freed(String project) {
    intake.freed(project);
  }

  /// Queues a command, and starts it where there is room. When it returns, the row is committed.
  public Taken submit(NewCommand command) {
    return intake.take(command);
  }

  /// Gives a waiting command another place in the line; empty when it does not wait any more.
  public Optional<Command> prioritize(CommandId id, Priority priority, Requester requester) {
    var moved =
        requests.withExtension(
            LineDao.class,
            dao -> dao.prioritize(id.value(), priority.wire(), claiming.agingSeconds(), requester));
    moved.ifPresent(_ -> wakes.everywhere());
    return moved;
  }

  /// Ends a waiting command; empty when it does not wait any more.
  public Optional<Command> cancel(CommandId id, Requester requester) {
    var cancelled = requests.withExtension(LineDao.class, dao -> dao.cancel(id.value(), requester));
    cancelled.ifPresent(it -> ended(List.of(it)));
    return cancelled;
  }

  /// Ends all that waits in a project now, and says how many.
  public int cancelAll(String project, Requester requester) {
    var count = 0;
    List<Command> cancelled;
    do {
      cancelled =
          work.withExtension(
              LineDao.class, dao -> dao.cancelPending(project, CANCELLED_AT_ONCE, requester));
      ended(cancelled);
      count += cancelled.size();
    } while (cancelled.size() == CANCELLED_AT_ONCE);
    return count;
  }

  /// Fails all that waited longer than its sender allowed.
  public void failExpired() {
    List<Command> expired;
    do {
      expired = work.withExtension(LineDao.class, dao -> dao.failExpired(EXPIRED_AT_ONCE));
      ended(expired);
    } while (expired.size() == EXPIRED_AT_ONCE);
  }

  /// To be called when these were ended.
  void ended(List<Command> commands) {
    if (!commands.isEmpty()) {
      life.published();
      commands.forEach(it -> output.finished(it.id().value()));
      onEnd.forEach(it -> it.accept(commands));
    }
  }
}
