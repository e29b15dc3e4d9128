package ai.orchard9.rdev.apikey;

import static ai.orchard9.rdev.apikey.AuthenticationOutcome.ACCEPTED;
import static ai.orchard9.rdev.apikey.AuthenticationOutcome.ADDRESS_NOT_ALLOWED;
import static ai.orchard9.rdev.apikey.AuthenticationOutcome.EXPIRED;
import static ai.orchard9.rdev.apikey.AuthenticationOutcome.LIMITED;
import static ai.orchard9.rdev.apikey.AuthenticationOutcome.MALFORMED;
import static ai.orchard9.rdev.apikey.AuthenticationOutcome.REVOKED;
import static ai.orchard9.rdev.apikey.AuthenticationOutcome.UNKNOWN;

import ai.orchard9.rdev.config.Secret;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Authentication;
import ai.orchard9.rdev.http.Authenticator;
import ai.orchard9.rdev.http.Caller;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Checks a presented key: `RDEV_ADMIN_KEY`, then its form, then its row: known, not revoked, not
/// expired, allowed from this address (contract section 3; rate limit, scope and project follow).
///
/// Only digests are compared, so the time that it takes tells nothing about how much of a wrong key
/// is right.
final class ApiKeyAuthenticator implements Authenticator {
  private static final String ADMIN = "admin";

  private final Optional<byte[]> adminDigest;
  private final Authentication admin = new Authentication.Accepted(Caller.admin(ADMIN, ADMIN));
  private final KnownKeys keys;
  private final LastUses lastUses;
  private final FailedAuthentications failures;
  private final RefusedKeyLog log;
  private final LongSupplier nanoTime;
  private final Map<AuthenticationOutcome, CounterDataPoint> outcomes =
      new EnumMap<>(AuthenticationOutcome.class);

  ApiKeyAuthenticator(
      Optional<Secret<String>> adminKey,
      KnownKeys keys,
      LastUses lastUses,
      FailedAuthentications failures,
      LongSupplier nanoTime,
      PrometheusRegistry registry) {
    this.adminDigest = adminKey.map(Secret::value).map(KeyFormat::digest);
    this.keys = keys;
    this.lastUses = lastUses;
    this.failures = failures;
    this.log = new RefusedKeyLog(nanoTime);
    this.nanoTime = nanoTime;
    var counter =
        Counter.builder()
            .name("rdev_authentications_total")
            .help("Presented keys by what became of them")
            .labelNames("outcome")
            .register(registry);
    for (var outcome : AuthenticationOutcome.values()) {
      outcomes.put(outcome, counter.labelValues(outcome.label()));
    }
  }

  @Override
  public Authentication authenticate(String presentedKey, String clientAddress) {
    var digest = KeyFormat.digest(presentedKey);
    if (!isAdmin(digest) && !KeyFormat.isWellFormed(presentedKey)) {
      return refused(MALFORMED, ApiKeyErrors.invalid(), clientAddress, null);
    }
    return authenticate(digest, clientAddress);
  }

  /// Whether a key that was good before still is.
  ///
  /// @param hash SHA-256 of the key in hex
  Authentication again(String hash, String clientAddress) {
    return authenticate(HexFormat.of().parseHex(hash), clientAddress);
  }

  private boolean isAdmin(byte[] digest) {
    return adminDigest.isPresent() && MessageDigest.isEqual(adminDigest.get(), digest);
  }

  private Authentication authenticate(byte[] digest, String clientAddress) {
    if (isAdmin(digest)) {
      count(ACCEPTED);
      return admin;
    }
    var key = keys.find(HexFormat.of().formatHex(digest));
    return key.isPresent()
        ? checked(key.get(), clientAddress)
        : refused(UNKNOWN, ApiKeyErrors.invalid(), clientAddress, null);
  }

  private Authentication checked(KnownKey key, String clientAddress) {
    var caller = key.caller();
    if (key.isRevoked()) {
      return refused(REVOKED, ApiKeyErrors.revoked(), clientAddress, caller);
    }
    if (key.isExpired(nanoTime.getAsLong())) {
      return refused(EXPIRED, ApiKeyErrors.expired(), clientAddress, caller);
    }
    if (!key.isAllowedFrom(clientAddress)) {
      return refused(ADDRESS_NOT_ALLOWED, ApiKeyErrors.addressNotAllowed(), clientAddress, caller);
    }
    count(ACCEPTED);
    if (key.isFirstUse()) {
      lastUses.used(key.id());
    }
    return new Authentication.Accepted(caller);
  }

  private Authentication refused(
      AuthenticationOutcome outcome,
      ApiException reason,
      String clientAddress,
      @Nullable Caller caller) {
    log.refused(outcome, clientAddress, caller == null ? "-" : caller.keyPrefix());
    var limited = failures.record(clientAddress);
    count(limited.isPresent() ? LIMITED : outcome);
    return new Authentication.Refused(
        limited.map(ApiKeyErrors::tooManyFailures).orElse(reason), caller);
  }

  @SuppressWarnings("NullAway") // There is one for each.
  private void count(AuthenticationOutcome outcome) {
    outcomes.get(outcome).inc();
  }
}
