package ai.orchard9.rdev.ops.server;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import ai.orchard9.rdev.command.queue.Queue;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// The servers there are: this one says every second that it lives. Any thread may call.
public final class Servers implements Managed {
  private static final Duration BEAT = Duration.ofSeconds(1);

  /// As long as its leases last: who is silent for longer is taken for dead there too.
  private static final Duration ALIVE = Queue.lease();

  private static final Duration KEPT = Duration.ofDays(1);

  private final Jdbi requests;
  private final Jdbi work;
  private final Self self;
  private final Poller poller;
  private volatile boolean draining;
  private volatile boolean leaving;

  /// @param requests a pool whose waits are as short as a request's
  /// @param work a pool for background work
  public Servers(Jdbi requests, Jdbi work, Self self, BackgroundMetrics background) {
    this.requests = requests;
    this.work = work;
    this.self = self;
    this.poller = new Poller("servers", BEAT, background, this::tick);
  }

  /// This one.
  public Self self() {
    return self;
  }

  /// Those that live, this one included, the oldest first.
  public List<LiveServer> list() {
    return requests.withExtension(ServerDao.class, dao -> dao.listAlive(ALIVE.toSeconds()));
  }

  /// How many others would take over what this one lets go of.
  public int countOthersTaking() {
    return requests.withExtension(
        ServerDao.class, dao -> dao.countOthersTaking(self.id(), ALIVE.toSeconds()));
  }

  /// Tells the others whether they may count on this one. When it returns, they are told.
  public void drain(boolean wanted) {
    draining = wanted;
    requests.useExtension(ServerDao.class, this::beat);
  }

  /// Tells the others, soon, that this one is not there any more, for good. Never blocks.
  public void leave() {
    leaving = true;
    poller.wake();
  }

  /// One beat.
  void tick() {
    work.useExtension(
        ServerDao.class,
        dao -> {
          beat(dao);
          dao.purge(KEPT.toSeconds());
        });
  }

  /// One at a time, or a beat that began earlier would take back what a later one said.
  private synchronized void beat(ServerDao dao) {
    if (leaving) {
      dao.remove(self.id());
      return;
    }
    dao.beat(
        self.id(),
        self.name(),
        self.version(),
        draining,
        self.openStreams().getAsInt(),
        millis(self.sinceNumbering().get()),
        millis(self.sinceSealing().get()));
  }

  private static @Nullable Long millis(Optional<Duration> time) {
    return time.map(Duration::toMillis).orElse(null);
  }

  @Override
  public void start() {
    poller.start();
  }

  @Override
  public void stop() throws InterruptedException {
    poller.stop();
  }
}
