package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.Priority;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.jdbi.v3.core.Jdbi;

/// Shows the queue.
public final class Overview {
  private final Jdbi jdbi;
  private final IntSupplier concurrentCommands;

  /// @param concurrentCommands how many commands of one project run at once
  Overview(Jdbi jdbi, IntSupplier concurrentCommands) {
    this.jdbi = jdbi;
    this.concurrentCommands = concurrentCommands;
  }

  /// What one project's line looks like.
  public record ProjectLine(String id, int pending, int running, boolean paused) {}

  /// The queue, as far as somebody may see it.
  ///
  /// @param paused whether the whole queue is
  /// @param pending every priority is there
  /// @param oldestPendingSeconds 0 when nothing waits
  /// @param concurrentCommands how many commands of one project run at once
  public record Picture(
      boolean paused,
      Map<Priority, Integer> pending,
      int running,
      long oldestPendingSeconds,
      int concurrentCommands,
      List<ProjectLine> projects) {}

  /// The queue of some projects.
  ///
  /// @param known shown even when nothing waits or runs in them
  public Picture picture(Iterable<String> known, Predicate<String> visible) {
    return jdbi.inTransaction(handle -> picture(handle.attach(OverviewDao.class), known, visible));
  }

  private Picture picture(OverviewDao dao, Iterable<String> known, Predicate<String> visible) {
    dao.readWholeTables();
    var waiting = dao.pending().stream().filter(it -> visible.test(it.project())).toList();
    var running = new TreeMap<>(dao.running());
    running.keySet().removeIf(visible.negate());
    var paused = dao.pauses().stream().map(OverviewDao.Pause::project).toList();
    var byPriority = new EnumMap<Priority, Integer>(Priority.class);
    for (var priority : Priority.values()) {
      byPriority.put(priority, 0);
    }
    waiting.forEach(it -> byPriority.merge(Priority.of(it.priority()), it.count(), Integer::sum));
    var lengths = new TreeMap<String, Integer>();
    waiting.forEach(it -> lengths.merge(it.project(), it.count(), Integer::sum));
    var ids = new TreeSet<>(running.keySet());
    ids.addAll(lengths.keySet());
    known.forEach(ids::add);
    return new Picture(
        paused.contains(""),
        byPriority,
        running.values().stream().mapToInt(it -> it).sum(),
        waiting.stream().mapToLong(OverviewDao.Waiting::oldestSeconds).max().orElse(0),
        concurrentCommands.getAsInt(),
        ids.stream()
            .map(
                id ->
                    new ProjectLine(
                        id,
                        lengths.getOrDefault(id, 0),
                        running.getOrDefault(id, 0),
                        paused.contains(id)))
            .toList());
  }

  /// Where a waiting command stands; empty when it does not wait any more.
  public Optional<Standing> standing(String commandId) {
    return jdbi.withExtension(OverviewDao.class, dao -> dao.standing(commandId))
        .map(it -> Standing.of(it, concurrentCommands.getAsInt()));
  }
}
