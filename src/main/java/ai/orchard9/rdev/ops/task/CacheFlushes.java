package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/// Carries the wish to forget to all servers, within a second: each looks whether the count of
/// flushes in the database has risen since it looked last.
public final class CacheFlushes implements Managed {
  private static final Duration ROUND = Duration.ofSeconds(1);

  private final Jdbi jdbi;
  private final Map<String, Runnable> caches;
  private final Poller poller;
  private final Map<String, Long> seen = new HashMap<>();
  private boolean hasLooked;

  /// @param caches what each forgets by, by the names that operators use; quick, on any thread
  public CacheFlushes(Jdbi jdbi, Map<String, Runnable> caches, BackgroundMetrics background) {
    this.jdbi = jdbi;
    this.caches = Map.copyOf(caches);
    this.poller = new Poller("cache-flushes", ROUND, background, this::tick);
  }

  List<String> caches() {
    return caches.keySet().stream().sorted().toList();
  }

  /// Flushes here at once, elsewhere within a second.
  void flush(List<String> names) {
    jdbi.useExtension(CacheFlushDao.class, dao -> dao.count(names.toArray(String[]::new)));
    names.forEach(it -> caches.getOrDefault(it, () -> {}).run());
    poller.wake();
  }

  /// What was flushed before this server's first look is no news to it: its caches were empty.
  synchronized void tick() {
    var now = jdbi.withExtension(CacheFlushDao.class, CacheFlushDao::list);
    for (var each : now) {
      var before = seen.put(each.cache(), each.flushes());
      if (hasLooked && (before == null || before < each.flushes())) {
        caches.getOrDefault(each.cache(), () -> {}).run();
      }
    }
    hasLooked = true;
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
