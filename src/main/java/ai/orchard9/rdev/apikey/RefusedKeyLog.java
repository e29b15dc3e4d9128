package ai.orchard9.rdev.apikey;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs refused keys: one line a second for each address, ten a second for all. Lines left out are
/// counted in the next one.
final class RefusedKeyLog {
  private static final Logger LOG = LoggerFactory.getLogger(RefusedKeyLog.class);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final int MOST_LINES = 10;
  private static final long MOST_ADDRESSES = 1_000;

  private final LongSupplier nanoTime;
  private final Cache<String, Boolean> recent;
  private long secondBegan;
  private int lines;
  private long leftOut;

  RefusedKeyLog(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.secondBegan = nanoTime.getAsLong();
    this.recent =
        Caffeine.newBuilder()
            .maximumSize(MOST_ADDRESSES)
            .ticker(nanoTime::getAsLong)
            .expireAfterWrite(SECOND)
            .build();
  }

  /// @param keyPrefix `-` where nobody's key was shown
  void refused(AuthenticationOutcome outcome, String clientAddress, String keyPrefix) {
    var before = takeLine(clientAddress);
    if (before >= 0) {
      LOG.atInfo()
          .addKeyValue("clientAddress", clientAddress)
          .addKeyValue("reason", outcome.label())
          .addKeyValue("keyPrefix", keyPrefix)
          .addKeyValue("leftOut", before)
          .log("invalid API key");
    }
  }

  /// How many lines were left out before this one; -1 if it is left out too.
  private synchronized long takeLine(String clientAddress) {
    var now = nanoTime.getAsLong();
    if (now - secondBegan >= SECOND.toNanos()) {
      secondBegan = now;
      lines = 0;
    }
    if (lines >= MOST_LINES || recent.asMap().putIfAbsent(clientAddress, true) != null) {
      leftOut++;
      return -1;
    }
    lines++;
    var before = leftOut;
    leftOut = 0;
    return before;
  }
}
