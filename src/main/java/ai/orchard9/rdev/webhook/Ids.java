package ai.orchard9.rdev.webhook;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// Ids of webhooks, and of events and their deliveries.
final class Ids {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long VERSION_7 = 0x7000L;
  private static final long VARIANT = 0x8000_0000_0000_0000L;

  private Ids() {}

  /// A new one, which begins with the time (RFC 9562, version 7): rows made together lie together
  /// in the index.
  static UUID random(Instant now) {
    var high = now.toEpochMilli() << 16 | VERSION_7 | (RANDOM.nextInt() & 0xfff);
    return new UUID(high, RANDOM.nextLong() >>> 2 | VARIANT);
  }

  /// Reads one that came from outside; empty when malformed, which callers answer like an unknown
  /// one.
  static Optional<UUID> parse(String text) {
    try {
      var id = UUID.fromString(text);
      // Java also takes shorter ones.
      return id.toString().equalsIgnoreCase(text) ? Optional.of(id) : Optional.empty();
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }
}
