package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import ai.orchard9.rdev.database.DatabaseErrors;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Jdbi;

/// Writes down when keys were used last: every few seconds, all in one statement. What a crash
/// loses is worth no more than that.
final class LastUses implements Managed {
  static final int MOST_WAITING = 10_000;

  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final Jdbi jdbi;
  private final LongSupplier nanoTime;
  private final Poller poller;
  private final Map<UUID, Long> waiting = new ConcurrentHashMap<>();

  LastUses(Jdbi jdbi, LongSupplier nanoTime, BackgroundMetrics metrics) {
    this.jdbi = jdbi;
    this.nanoTime = nanoTime;
    this.poller = new Poller("key-uses", INTERVAL, metrics, this::write);
  }

  /// The key was used now.
  void used(UUID id) {
    if (waiting.size() < MOST_WAITING || waiting.containsKey(id)) {
      waiting.put(id, nanoTime.getAsLong());
    }
  }

  /// Keys whose use is not written down yet.
  int waiting() {
    return waiting.size();
  }

  /// Says how long ago each use was, for the time that counts is the database's. While that is
  /// away, uses wait for it.
  void write() {
    var taken = Map.copyOf(waiting);
    if (taken.isEmpty()) {
      return;
    }
    var now = nanoTime.getAsLong();
    var ids = taken.keySet().toArray(UUID[]::new);
    var ages = new Long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      ages[i] = Duration.ofNanos(now - taken.getOrDefault(ids[i], now)).toMillis();
    }
    try {
      jdbi.useExtension(ApiKeyDao.class, dao -> dao.used(ids, ages));
    } catch (RuntimeException failed) {
      if (DatabaseErrors.isAway(failed)) {
        return;
      }
      throw failed;
    }
    taken.forEach(waiting::remove);
  }

  @Override
  public void start() {
    poller.start();
  }

  @Override
  public void stop() throws InterruptedException {
    poller.stop();
    write();
  }
}
