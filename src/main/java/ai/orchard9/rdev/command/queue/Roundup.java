package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.model.Requester;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/// Shows what runs on all servers, and ends many commands at once, for operators.
public final class Roundup {
  /// How many commands one statement takes.
  private static final int AT_ONCE = 500;

  /// How often it looks again for what it could not have yet: a second at least, and for what is
  /// submitted all the time there is no end to that.
  private static final int MOST_PASSES = 50;

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Jdbi jdbi;
  private final Line line;
  private final Queue queue;

  /// @param jdbi a pool for background work
  Roundup(Jdbi jdbi, Line line, Queue queue) {
    this.jdbi = jdbi;
    this.line = line;
    this.queue = queue;
  }

  /// What was ended.
  ///
  /// @param pending how many waited, and will never start
  /// @param running those that ran and are being ended now, in the order in which they were found
  public record Cancelled(int pending, List<Running> running) {}

  /// Those that run, the oldest first.
  public List<Running> list(Selection chosen, int most) {
    return jdbi.withExtension(RoundupDao.class, dao -> dao.running(chosen, false, most));
  }

  /// How many run.
  public int countRunning(Selection chosen) {
    return jdbi.withExtension(RoundupDao.class, dao -> dao.countRunning(chosen));
  }

  /// How many wait.
  public int countPending(Selection chosen) {
    return jdbi.withExtension(RoundupDao.class, dao -> dao.countPending(chosen));
  }

  /// How many commands each server has, by its id among owners; a server without any is missing.
  public Map<String, Integer> leases() {
    return jdbi.withExtension(RoundupDao.class, RoundupDao::leases);
  }

  /// Ends those of one project or one key that wait and run at this moment: the waiting ones first,
  /// or they would take the places of the others. What is submitted later is not meant.
  ///
  /// @param chosen a project's or a key's; never all
  /// @param grace between TERM and KILL
  public Cancelled cancel(Selection chosen, Duration grace, Requester requester) {
    if (chosen.equals(Selection.all())) {
      throw new IllegalArgumentException("never all at once");
    }
    var pending = 0;
    var running = new LinkedHashMap<String, Running>();
    for (int pass = 0; pass < MOST_PASSES; pass++) {
      pending += cancelPending(chosen, requester);
      // What somebody claims at this moment is locked, and still there. Once nothing is, all that
      // was claimed is found running.
      var isOver = countPending(chosen) == 0;
      cancelRunning(chosen, grace, requester).forEach(it -> running.put(it.id(), it));
      if (isOver || !pause()) {
        break;
      }
    }
    return new Cancelled(pending, List.copyOf(running.values()));
  }

  private static boolean pause() {
    try {
      Thread.sleep(PAUSE);
      return true;
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private int cancelPending(Selection chosen, Requester requester) {
    var project = chosen.project();
    return project == null
        ? cancelPendingOfKey(chosen, requester)
        : line.cancelAll(project, requester);
  }

  private int cancelPendingOfKey(Selection chosen, Requester requester) {
    var count = 0;
    List<Command> cancelled;
    do {
      cancelled =
          jdbi.withExtension(
              RoundupDao.class, dao -> dao.cancelPendingOf(chosen.keyId(), AT_ONCE, requester));
      line.ended(cancelled);
      count += cancelled.size();
    } while (cancelled.size() == AT_ONCE);
    return count;
  }

  /// One by one, as the API does: each owner is told, and each has its own entry in the audit log.
  private List<Running> cancelRunning(Selection chosen, Duration grace, Requester requester) {
    var asked = new ArrayList<Running>();
    List<Running> found;
    do {
      found = jdbi.withExtension(RoundupDao.class, dao -> dao.running(chosen, true, AT_ONCE));
      found.stream()
          .filter(it -> queue.requestCancel(new CommandId(it.id()), grace, requester))
          .forEach(asked::add);
    } while (found.size() == AT_ONCE);
    return asked;
  }
}
