package ai.orchard9.rdev.database;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import io.dropwizard.lifecycle.Managed;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hears what is told on a channel by `NOTIFY`, on a connection of its own, which is opened anew
/// when it breaks. What is told meanwhile is missed.
public final class Listener implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  /// How long nothing may be heard before the connection is tried.
  private static final int LISTEN_MILLIS = 10_000;

  private final String channel;
  private final Source connections;
  private final Consumer<String> heard;
  private final Runnable missed;
  private final Poller loop;
  private volatile @Nullable Connection connection;
  private volatile boolean stopping;

  /// Opens database connections outside of the pool.
  @FunctionalInterface
  public interface Source {
    /// A new connection, which the caller closes.
    Connection open() throws SQLException;
  }

  /// @param name of the loop
  /// @param channel a plain lower-case name
  /// @param heard takes each payload, quickly
  /// @param missed runs whenever something may have been missed: at each beginning
  public Listener(
      String name,
      String channel,
      Source connections,
      BackgroundMetrics background,
      Consumer<String> heard,
      Runnable missed) {
    this.channel = channel;
    this.connections = connections;
    this.heard = heard;
    this.missed = missed;
    this.loop = new Poller(name, RETRY, background, this::listen);
  }

  @Override
  public void start() {
    loop.start();
  }

  @Override
  public void stop() throws InterruptedException {
    stopping = true;
    close();
    loop.stop();
  }

  private void listen() throws SQLException {
    try (Connection open = connections.open();
        Statement statement = open.createStatement()) {
      connection = open;
      statement.execute("LISTEN " + channel);
      missed.run();
      var notifications = open.unwrap(PGConnection.class);
      while (!stopping) {
        var batch = notifications.getNotifications(LISTEN_MILLIS);
        if (batch == null || batch.length == 0) {
          statement.execute("SELECT 1");
          continue;
        }
        for (PGNotification notification : batch) {
          heard.accept(notification.getParameter());
        }
      }
    } catch (SQLException e) {
      if (!stopping) {
        LOG.atInfo()
            .addKeyValue("channel", channel)
            .addKeyValue("reason", e.getMessage())
            .log("listening interrupted");
        throw e;
      }
    } finally {
      connection = null;
    }
  }

  private void close() {
    var open = connection;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.atDebug().setCause(e).log("listening connection not closed");
      }
    }
  }
}
