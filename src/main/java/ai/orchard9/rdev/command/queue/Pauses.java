package ai.orchard9.rdev.command.queue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Holds the queue, or one project's line, on every server at once: a claim asks for the pauses in
/// its own statement. What runs goes on.
public final class Pauses {
  private static final String ALL = "";

  private final Jdbi jdbi;
  private final Wakes wakes;

  Pauses(Jdbi jdbi, Wakes wakes) {
    this.jdbi = jdbi;
    this.wakes = wakes;
  }

  /// A pause that holds.
  ///
  /// @param project empty: the whole queue
  public record Pause(Optional<String> project, String by, Instant since) {}

  /// Those that hold, the whole queue's first.
  public List<Pause> list() {
    return jdbi.withExtension(OverviewDao.class, OverviewDao::pauses).stream()
        .map(
            it ->
                new Pause(
                    Optional.of(it.project()).filter(project -> !project.equals(ALL)),
                    it.pausedBy(),
                    it.pausedAt()))
        .toList();
  }

  /// Starts nothing more; says whether that is new.
  ///
  /// @param project empty: anywhere
  public boolean pause(Optional<String> project, String by) {
    return pause(project, by, _ -> {});
  }

  /// The same on record.
  ///
  /// @param record writes it down in the transaction of the pause
  public boolean pause(Optional<String> project, String by, Consumer<Handle> record) {
    return jdbi.inTransaction(
        transaction -> {
          record.accept(transaction);
          return transaction.attach(OverviewDao.class).pause(project.orElse(ALL), by) == 1;
        });
  }

  /// Goes on; says whether it was paused. A pause of the whole queue and one of a project end
  /// apart.
  public boolean resume(Optional<String> project) {
    return resume(project, _ -> {});
  }

  /// The same on record.
  ///
  /// @param record writes it down in the transaction that ends the pause
  public boolean resume(Optional<String> project, Consumer<Handle> record) {
    var resumed =
        jdbi.inTransaction(
            transaction -> {
              record.accept(transaction);
              return transaction.attach(OverviewDao.class).resume(project.orElse(ALL)) == 1;
            });
    wakes.everywhere();
    return resumed;
  }
}
