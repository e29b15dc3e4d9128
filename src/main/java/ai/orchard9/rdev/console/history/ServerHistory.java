package ai.orchard9.rdev.console.history;

import ai.orchard9.rdev.background.BackgroundMetrics;
import io.dropwizard.lifecycle.setup.LifecycleEnvironment;
import java.time.Instant;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/// What the servers saw of themselves, minute by minute.
public final class ServerHistory {
  private final Jdbi jdbi;

  ServerHistory(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// Has this server record itself.
  ///
  /// @param requests a pool whose waits are as short as a request's
  /// @param work a pool for background work
  /// @param server id of this server process
  /// @param breakerState `closed`, `half_open` or `open`, now
  public static ServerHistory install(
      LifecycleEnvironment lifecycle,
      Jdbi requests,
      Jdbi work,
      String server,
      IntSupplier openStreams,
      Supplier<String> breakerState,
      BackgroundMetrics background) {
    lifecycle.manage(new ServerRecorder(work, server, openStreams, breakerState, background));
    return new ServerHistory(requests);
  }

  /// The minutes that began then or later, the oldest first; at most seven days. The newest is not
  /// over yet. In one that is missing no server was there.
  public List<ServersMinute> since(Instant since) {
    return jdbi.withExtension(ServerHistoryDao.class, dao -> dao.since(since));
  }
}
