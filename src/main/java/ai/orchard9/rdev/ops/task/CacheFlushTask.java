package ai.orchard9.rdev.ops.task;

import java.util.ArrayList;
import java.util.List;

/// `cache-flush`: forgets what was cached, on every server.
public final class CacheFlushTask implements AdminTask {
  private static final String CACHE = "cache";
  private static final String ALL = "all";

  private final CacheFlushes flushes;

  /// @param flushes carries it to the other servers
  public CacheFlushTask(CacheFlushes flushes) {
    this.flushes = flushes;
  }

  @Override
  public String name() {
    return "cache-flush";
  }

  @Override
  public List<String> usage() {
    return List.of(CACHE + "=" + String.join("|", choices()));
  }

  @Override
  public boolean isChange(Arguments arguments) {
    return true;
  }

  @Override
  public List<String> run(Arguments arguments) {
    var chosen = arguments.oneOf(CACHE, choices()).orElse(ALL);
    var caches = chosen.equals(ALL) ? flushes.caches() : List.of(chosen);
    if (!arguments.isDryRun()) {
      flushes.flush(caches);
    }
    var word = arguments.isDryRun() ? "would_flush=" : "flushed=";
    return caches.stream().map(it -> word + it).toList();
  }

  private List<String> choices() {
    var choices = new ArrayList<>(flushes.caches());
    choices.add(ALL);
    return choices;
  }
}
