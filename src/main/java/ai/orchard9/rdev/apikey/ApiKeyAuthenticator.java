package ai.orchard9.rdev.apikey;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.config.Secret;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.ErrorCode;
import ai.orchard9.rdev.http.Authentication;
import ai.orchard9.rdev.http.Authenticator;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Scope;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checks a presented key: its form, then `RDEV_ADMIN_KEY`, then the table, through a cache that is
/// never older than a second.
final class ApiKeyAuthenticator implements Authenticator {
  private static final Logger LOG = LoggerFactory.getLogger(ApiKeyAuthenticator.class);
  private static final String ADMIN_PREFIX = "admin";

  private final Jdbi jdbi;
  private final Optional<Secret<String>> adminKey;
  private final Cache<String, Optional<ApiKeyDao.Row>> known =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(Duration.ofSeconds(1)).build();

  ApiKeyAuthenticator(Jdbi jdbi, Optional<Secret<String>> adminKey) {
    this.jdbi = jdbi;
    this.adminKey = adminKey;
  }

  @Override
  public Authentication authenticate(String presentedKey, String clientAddress) {
    if (adminKey.isPresent() && same(adminKey.get().value(), presentedKey)) {
      return new Authentication.Accepted(Caller.admin("admin", ADMIN_PREFIX));
    }
    if (!KeyFormat.isWellFormed(presentedKey)) {
      return invalid(clientAddress);
    }
    return known
        .get(KeyFormat.hash(presentedKey), this::find)
        .map(ApiKeyAuthenticator::checked)
        .orElseGet(() -> invalid(clientAddress));
  }

  private static Authentication checked(ApiKeyDao.Row row) {
    if (row.revoked()) {
      return refused(row, ErrorCode.KEY_REVOKED, "this key was revoked");
    }
    if (row.expired()) {
      return refused(row, ErrorCode.KEY_EXPIRED, "this key has expired");
    }
    return new Authentication.Accepted(caller(row));
  }

  private static Authentication refused(ApiKeyDao.Row row, ErrorCode code, String message) {
    return new Authentication.Refused(new ApiException.Unauthenticated(code, message), caller(row));
  }

  private Optional<ApiKeyDao.Row> find(String hash) {
    return jdbi.withExtension(ApiKeyDao.class, dao -> dao.find(hash));
  }

  private static Authentication invalid(String clientAddress) {
    LOG.atInfo().addKeyValue("clientAddress", clientAddress).log("invalid API key");
    return new Authentication.Refused(new ApiException.Unauthenticated("invalid API key"), null);
  }

  private static Caller caller(ApiKeyDao.Row row) {
    return new Caller(
        row.id(),
        row.name(),
        row.keyPrefix(),
        row.scopes().stream().map(ApiKeyAuthenticator::scope).collect(Collectors.toSet()),
        Optional.ofNullable(row.projectIds()).map(Set::copyOf),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Scope scope(String wire) {
    return Arrays.stream(Scope.values())
        .filter(it -> it.wireName().equals(wire))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("a key has an unknown scope"));
  }

  /// Takes as long whatever part of it is right.
  private static boolean same(String one, String other) {
    return MessageDigest.isEqual(one.getBytes(UTF_8), other.getBytes(UTF_8));
  }
}
