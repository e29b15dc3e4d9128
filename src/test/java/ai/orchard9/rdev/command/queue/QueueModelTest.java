package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.output.Commands;
import ai.orchard9.rdev.testing.PostgresExtension;
import ai.orchard9.rdev.testing.Repetitions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The queue of three servers beside a plain model of it, one step at a time. A failure names its
/// seed; `-Drdev.seed=<seed>` runs that history first.
final class QueueModelTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int STEPS = 60;

  /// Histories have projects of their own; this is only so that the tables stay small.
  private static final int EMPTIED_AFTER = 50;

  @Test
  void doesWhatItsModelDoes() {
    // What survives a crash is not asked here, and waiting for the disk would take half the time.
    POSTGRES.set("synchronous_commit", "off");
    var seed = Long.getLong("rdev.seed", System.nanoTime());
    try (var rows = new Commands(POSTGRES.target())) {
      for (int i = 0; i < Repetitions.of(60, 3_000); i++) {
        if (i % EMPTIED_AFTER == 0) {
          QueueFixture.empty(POSTGRES);
        }
        new QueueHistory(POSTGRES, rows.jdbi(), seed + i).run(STEPS);
      }
    }
  }
}
