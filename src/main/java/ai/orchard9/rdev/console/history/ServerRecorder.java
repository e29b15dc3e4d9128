package ai.orchard9.rdev.console.history;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/// Looks at this server every few seconds and keeps of each minute the most and the worst: a
/// breaker that is open for half a minute is seen.
final class ServerRecorder implements Managed {
  static final Duration KEPT = Duration.ofDays(7);

  private static final Duration ROUND = Duration.ofSeconds(5);

  private final Jdbi jdbi;
  private final String server;
  private final IntSupplier openStreams;
  private final Supplier<String> breakerState;
  private final Poller poller;

  ServerRecorder(
      Jdbi jdbi,
      String server,
      IntSupplier openStreams,
      Supplier<String> breakerState,
      BackgroundMetrics background) {
    this.jdbi = jdbi;
    this.server = server;
    this.openStreams = openStreams;
    this.breakerState = breakerState;
    this.poller = new Poller("server-history", ROUND, background, this::tick);
  }

  @Override
  public void start() {
    poller.start();
  }

  @Override
  public void stop() throws InterruptedException {
    poller.stop();
  }

  /// One look.
  void tick() {
    jdbi.useExtension(
        ServerHistoryDao.class,
        dao -> {
          dao.note(server, openStreams.getAsInt(), breakerState.get());
          dao.purge(KEPT.toSeconds());
        });
  }
}
