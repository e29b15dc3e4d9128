package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.http.AddressRange;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.RunBudget;
import ai.orchard9.rdev.http.Scope;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A key as the database told it a moment ago, ready to be checked against requests.
final class KnownKey {
  private final UUID id;
  private final Caller caller;
  private final boolean revoked;
  private final @Nullable List<AddressRange> addresses;
  private final long askedNanos;
  private final long livesNanos;
  private volatile boolean used;

  /// @param askedNanos when the database was asked: no later than the clock it looked at
  KnownKey(ApiKey key, long askedNanos) {
    this.id = key.id();
    this.caller = caller(key);
    this.revoked = key.revokedAt() != null;
    this.addresses =
        key.allowedIps() == null
            ? null
            : key.allowedIps().stream().map(AddressRange::parse).toList();
    this.askedNanos = askedNanos;
    this.livesNanos =
        key.expiresAt() == null
            ? Long.MAX_VALUE
            : nanos(Duration.between(key.asOf(), key.expiresAt()));
  }

  UUID id() {
    return id;
  }

  Caller caller() {
    return caller;
  }

  boolean isRevoked() {
    return revoked;
  }

  /// By the database's clock, which goes on while the answer is remembered.
  boolean isExpired(long nowNanos) {
    return livesNanos <= nowNanos - askedNanos;
  }

  long askedNanos() {
    return askedNanos;
  }

  boolean isAllowedFrom(String clientAddress) {
    if (addresses == null) {
      return true;
    }
    var address = InetAddress.ofLiteral(clientAddress);
    return addresses.stream().anyMatch(range -> range.contains(address));
  }

  /// True the first time only.
  boolean isFirstUse() {
    if (used) {
      return false;
    }
    used = true;
    return true;
  }

  private static long nanos(Duration duration) {
    return duration.compareTo(Duration.ofDays(1)) > 0 ? Long.MAX_VALUE : duration.toNanos();
  }

  private static Caller caller(ApiKey key) {
    return new Caller(
        key.id(),
        key.name(),
        key.keyPrefix(),
        scopes(key),
        Optional.ofNullable(key.projectIds()).map(Set::copyOf),
        Optional.ofNullable(key.commandTypes()).map(Set::copyOf),
        Optional.ofNullable(key.rateLimitRps()),
        new RunBudget(key.maxTurns(), key.maxTokens(), key.maxCostUsd()),
        key.replacedBy() == null ? Optional.empty() : Optional.ofNullable(key.expiresAt()));
  }

  /// One that only a newer version knows allows nothing here.
  private static Set<Scope> scopes(ApiKey key) {
    return key.scopes().stream()
        .map(Scope::find)
        .flatMap(Optional::stream)
        .collect(Collectors.toSet());
  }
}
