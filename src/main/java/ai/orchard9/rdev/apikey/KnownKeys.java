package ai.orchard9.rdev.apikey;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Looks keys up by hash, and remembers what the database said for a second since it was *asked*:
/// whatever happens to a key holds everywhere within that second, however slow the database is.
///
/// Keys that there are and hashes that there are not are remembered apart, so that made-up keys
/// push out no good ones. While one request asks for a hash, others wait for its answer.
final class KnownKeys {
  static final long MOST_REMEMBERED = 10_000;

  private static final Duration OLDEST = Duration.ofSeconds(1);

  private final Jdbi jdbi;
  private final LongSupplier nanoTime;
  private final Cache<String, KnownKey> known;
  private final Cache<String, Long> unknown;
  private final ConcurrentMap<String, CompletableFuture<Answer>> asking = new ConcurrentHashMap<>();
  private final CounterDataPoint hits;
  private final CounterDataPoint unknownHits;
  private final CounterDataPoint misses;

  KnownKeys(Jdbi jdbi, LongSupplier nanoTime, PrometheusRegistry registry) {
    this.jdbi = jdbi;
    this.nanoTime = nanoTime;
    this.known = remembering(nanoTime).build();
    this.unknown = remembering(nanoTime).build();
    var lookups =
        Counter.builder()
            .name("rdev_key_cache_total")
            .help("Look-ups of keys; only a miss asks the database")
            .labelNames("outcome")
            .register(registry);
    this.hits = lookups.labelValues("hit");
    this.unknownHits = lookups.labelValues("unknown");
    this.misses = lookups.labelValues("miss");
  }

  private static Caffeine<Object, Object> remembering(LongSupplier nanoTime) {
    return Caffeine.newBuilder()
        .maximumSize(MOST_REMEMBERED)
        .ticker(nanoTime::getAsLong)
        .expireAfterWrite(OLDEST);
  }

  private record Answer(Optional<KnownKey> key, long askedNanos) {}

  /// The key with that hash, if there is one: revoked, expired or good.
  ///
  /// @throws RuntimeException the database cannot be asked
  Optional<KnownKey> find(String hash) {
    var arrived = nanoTime.getAsLong();
    var remembered = known.getIfPresent(hash);
    if (remembered != null && isFresh(remembered.askedNanos(), arrived)) {
      hits.inc();
      return Optional.of(remembered);
    }
    var missing = unknown.getIfPresent(hash);
    if (missing != null && isFresh(missing, arrived)) {
      unknownHits.inc();
      return Optional.empty();
    }
    return ask(hash, arrived);
  }

  private Optional<KnownKey> ask(String hash, long arrived) {
    while (true) {
      var mine = new CompletableFuture<Answer>();
      var theirs = asking.putIfAbsent(hash, mine);
      if (theirs == null) {
        return lead(hash, mine).key();
      }
      var answer = join(theirs);
      // A slow answer to who asked before us may be older than we may take: once more then, which
      // is the last time, for that one is asked after we arrived.
      if (answer.askedNanos() - arrived >= 0
          || isFresh(answer.askedNanos(), nanoTime.getAsLong())) {
        return answer.key();
      }
    }
  }

  private Answer lead(String hash, CompletableFuture<Answer> answer) {
    try {
      misses.inc();
      var asked = nanoTime.getAsLong();
      var found = jdbi.withExtension(ApiKeyDao.class, dao -> dao.findByHash(hash));
      var fresh = new Answer(found.map(key -> new KnownKey(key, asked)), asked);
      fresh.key().ifPresentOrElse(key -> known.put(hash, key), () -> unknown.put(hash, asked));
      answer.complete(fresh);
      return fresh;
    } catch (RuntimeException | Error failed) {
      answer.completeExceptionally(failed);
      throw failed;
    } finally {
      asking.remove(hash, answer);
    }
  }

  private static Answer join(CompletableFuture<Answer> theirs) {
    try {
      return theirs.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failed;
    }
  }

  private static boolean isFresh(long askedNanos, long nowNanos) {
    return nowNanos - askedNanos < OLDEST.toNanos();
  }

  /// Has the database asked at the next use: on this server, what was done here holds at once.
  void forget(UUID id) {
    forget(Set.of(id));
  }

  /// As [#forget(UUID)], for several.
  void forget(Set<@Nullable UUID> ids) {
    if (!ids.isEmpty()) {
      known.asMap().values().removeIf(key -> ids.contains(key.id()));
    }
  }

  /// Has the database asked at the next use of any key.
  void forgetAll() {
    known.invalidateAll();
    unknown.invalidateAll();
  }

  /// How many keys and how many hashes of none are remembered, after a clean-up.
  long remembered() {
    known.cleanUp();
    unknown.cleanUp();
    return known.estimatedSize() + unknown.estimatedSize();
  }
}
