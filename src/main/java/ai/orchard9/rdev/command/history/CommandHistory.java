package ai.orchard9.rdev.command.history;

import ai.orchard9.rdev.background.BackgroundMetrics;
import io.dropwizard.lifecycle.setup.LifecycleEnvironment;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/// What commands did, minute by minute: recorded, so that a look at a day costs the same however
/// many commands there are.
public final class CommandHistory {
  private final Jdbi jdbi;

  CommandHistory(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// Has the minutes recorded, by one of the servers.
  ///
  /// @param requests a pool whose waits are as short as a request's
  /// @param work a pool for background work
  public static CommandHistory install(
      LifecycleEnvironment lifecycle, Jdbi requests, Jdbi work, BackgroundMetrics background) {
    lifecycle.manage(new MinuteRecorder(work, background));
    return new CommandHistory(requests);
  }

  /// The minutes that began then or later, the oldest first; at most seven days. The newest ended a
  /// few seconds ago at least. One that is missing was not recorded: that is not to say that
  /// nothing happened in it.
  public List<Minute> since(Instant since) {
    return jdbi.withExtension(HistoryDao.class, dao -> dao.since(since));
  }
}
