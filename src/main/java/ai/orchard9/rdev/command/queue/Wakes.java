package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import ai.orchard9.rdev.database.Listener;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Jdbi;

/// Wakes those who claim: here at once, on other servers by `NOTIFY`, at most one in 20 ms and in a
/// transaction of its own (inside the writing one it would take a lock that all commits share).
/// Losing a wake-up costs a second at most: everybody looks that often.
final class Wakes implements Managed {
  private static final String CHANNEL = "rdev_queue";
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final Duration LOOKS = Duration.ofMillis(50);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Jdbi jdbi;
  private final String server = UUID.randomUUID().toString();
  private final AtomicBoolean wanted = new AtomicBoolean();
  private final List<Runnable> wakes = new CopyOnWriteArrayList<>();
  private final Poller sender;
  private final AtomicBoolean wantedSoon = new AtomicBoolean();
  private final Poller looker;
  private final Listener listener;

  Wakes(Jdbi jdbi, Listener.Source connections, BackgroundMetrics background) {
    this.jdbi = jdbi;
    this.sender = new Poller("queue-notify", RETRY, background, this::send);
    this.looker = new Poller("queue-look", RETRY, background, this::look);
    this.listener =
        new Listener("queue-listen", CHANNEL, connections, background, this::heard, this::here);
  }

  /// Calls back, quickly and on any thread, when there may be something to claim.
  void onWake(Runnable wake) {
    wakes.add(wake);
  }

  /// There may be something to claim for this server.
  void here() {
    wakes.forEach(Runnable::run);
  }

  /// The same, for what is hardly ever so: at most once in 50 ms, for each look asks the database.
  void soon() {
    wantedSoon.set(true);
    looker.wake();
  }

  /// There may be something to claim that this server cannot take.
  void others() {
    wanted.set(true);
    sender.wake();
  }

  void everywhere() {
    here();
    others();
  }

  @Override
  public void start() {
    sender.start();
    looker.start();
    listener.start();
  }

  @Override
  public void stop() throws InterruptedException {
    sender.stop();
    looker.stop();
    listener.stop();
  }

  private void look() throws InterruptedException {
    if (wantedSoon.getAndSet(false)) {
      here();
      Thread.sleep(LOOKS);
    }
  }

  private void send() throws InterruptedException {
    if (wanted.getAndSet(false)) {
      jdbi.useHandle(
          handle ->
              handle
                  .createQuery("SELECT pg_notify(:channel, :server)")
                  .bind("channel", CHANNEL)
                  .bind("server", server)
                  .mapTo(String.class)
                  .one());
      Thread.sleep(PAUSE);
    }
  }

  private void heard(String from) {
    if (!from.equals(server)) {
      here();
    }
  }
}
