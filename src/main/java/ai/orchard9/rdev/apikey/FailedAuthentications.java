package ai.orchard9.rdev.apikey;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Counts failing keys by address: after twenty within a minute, further ones from there are not
/// told any more what is wrong with them, until the oldest of the twenty is a minute old. Good keys
/// never come here, for many clients share an address.
///
/// Of v6 the /64 counts, which is what one client commonly has. Addresses are forgotten beyond a
/// bound, those seen least first.
final class FailedAuthentications {
  static final int MOST_FAILURES = 20;
  static final long MOST_ADDRESSES = 10_000;

  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int NETWORK_BYTES = 8;

  private final LongSupplier nanoTime;
  private final Cache<String, Failures> byAddress;

  FailedAuthentications(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.byAddress =
        Caffeine.newBuilder()
            .maximumSize(MOST_ADDRESSES)
            .ticker(nanoTime::getAsLong)
            .expireAfterAccess(WINDOW)
            .build();
  }

  /// Takes note of a failing key.
  ///
  /// @return how long until one may fail again, when it was one too many; such a one does not count
  Optional<Duration> record(String clientAddress) {
    var failures = byAddress.get(network(clientAddress), _ -> new Failures());
    return failures.add(nanoTime.getAsLong()).map(Duration::ofNanos);
  }

  /// How many addresses are remembered, after a clean-up.
  long remembered() {
    byAddress.cleanUp();
    return byAddress.estimatedSize();
  }

  private static String network(String clientAddress) {
    // Numeric or nothing: no name is looked up.
    if (clientAddress.indexOf(':') >= 0
        && InetAddress.ofLiteral(clientAddress) instanceof Inet6Address v6) {
      return HexFormat.of().formatHex(Arrays.copyOf(v6.getAddress(), NETWORK_BYTES));
    }
    return clientAddress;
  }

  /// The times of the last failures that counted, in a ring.
  private static final class Failures {
    private final long[] at = new long[MOST_FAILURES];
    private int count;

    synchronized Optional<Long> add(long now) {
      var oldest = count % MOST_FAILURES;
      if (count >= MOST_FAILURES) {
        var age = now - at[oldest];
        if (age < WINDOW.toNanos()) {
          return Optional.of(WINDOW.toNanos() - age);
        }
      }
      at[oldest] = now;
      // Never wraps: twenty a minute for as long as an int lasts are two centuries.
      count++;
      return Optional.empty();
    }
  }
}
