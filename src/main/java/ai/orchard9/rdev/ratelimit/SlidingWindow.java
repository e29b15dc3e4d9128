package ai.orchard9.rdev.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/// Decides, in memory, whether a key may call once more: never more than its limit in any stretch
/// of time as long as the window. Idle keys are forgotten, and past [#MOST_KEYS] those least in
/// use. Any thread may call.
final class SlidingWindow {
  static final int MOST_KEYS = 100_000;

  private final SharedClock clock;
  private final long window;
  private final Queue<KeyWindow> untold = new ConcurrentLinkedQueue<>();
  private final Cache<UUID, KeyWindow> keys;
  private volatile long lastTold;

  SlidingWindow(Duration window, SharedClock clock) {
    this(window, clock, MOST_KEYS);
  }

  SlidingWindow(Duration window, SharedClock clock, int mostKeys) {
    this.clock = clock;
    this.window = TimeUnit.NANOSECONDS.toMicros(window.toNanos());
    this.lastTold = clock.own();
    this.keys =
        Caffeine.newBuilder()
            .maximumSize(mostKeys)
            // As coarse as the rounds: idle keys may stay a little longer, and asking costs
            // nothing.
            .ticker(() -> TimeUnit.MICROSECONDS.toNanos(lastTold))
            // What was counted in an entry that nobody looked at for a window is over.
            .expireAfterAccess(window.plusSeconds(1))
            .build();
  }

  /// Decides about a request, and counts it if it may pass.
  ///
  /// @param limit requests in a window
  Decision take(UUID key, int limit) {
    return of(key).take(clock.micros(), limit);
  }

  private KeyWindow of(UUID key) {
    // A plain read is the quicker half of it, and nearly always enough.
    var known = keys.getIfPresent(key);
    return known != null ? known : keys.get(key, it -> new KeyWindow(it, window, untold));
  }

  /// What others have to be told since the last call. Not to be called by two at once.
  List<Exchange.Share> tell() {
    var now = clock.micros();
    var round = clock.own();
    var elapsed = round - lastTold;
    lastTold = round;
    var shares = new ArrayList<Exchange.Share>();
    // Telling puts busy ones back, for the next time.
    for (int left = untold.size(); left > 0; left--) {
      var next = untold.poll();
      if (next == null) {
        break;
      }
      shares.add(next.tell(now, elapsed));
    }
    return shares;
  }

  /// Has it told again with the next: nobody has heard it.
  void tellAgain(List<Exchange.Share> unheard) {
    for (var share : unheard) {
      var window = keys.getIfPresent(share.key());
      if (window != null) {
        window.tellAgain();
      }
    }
  }

  /// Takes in what other replicas have told.
  void hear(List<Exchange.Report> reports) {
    var now = clock.micros();
    for (var report : reports) {
      if (report.counts().newest() > now - window) {
        of(report.key()).hear(report, now);
      } else {
        var idle = keys.getIfPresent(report.key());
        if (idle != null) {
          idle.hear(report, now);
        }
      }
    }
  }

  /// Follows a clock that was moved.
  void shift(long micros) {
    keys.asMap().values().forEach(it -> it.shift(micros));
  }

  /// How many keys are remembered.
  long size() {
    keys.cleanUp();
    return keys.estimatedSize();
  }
}
