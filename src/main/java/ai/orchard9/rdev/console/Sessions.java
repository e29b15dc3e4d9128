package ai.orchard9.rdev.console;

import ai.orchard9.rdev.apikey.ApiKeyModule;
import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditEntry;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.audit.Outcome;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Authentication;
import ai.orchard9.rdev.http.Authenticator;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.RequestContext;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Jdbi;

/// Who is logged in. A session holds on every server until it is eight hours old or ended, and
/// never longer than its key. Any thread may call.
public final class Sessions implements Authenticator {
  static final Duration LIFETIME = Duration.ofHours(8);

  /// Of one key: who logs in more often ends the oldest.
  static final int MOST = 100;

  private static final int TOKEN_BYTES = 32;
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{43}");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Jdbi jdbi;
  private final ApiKeyModule keys;
  private final AuditLog audit;

  /// @param jdbi for what a caller waits for
  public Sessions(Jdbi jdbi, ApiKeyModule keys, AuditLog audit) {
    this.jdbi = jdbi;
    this.keys = keys;
    this.audit = audit;
  }

  /// Opens a session for who has the key, and returns its token. Logins and refused ones are on
  /// record, but for keys that there are not.
  ///
  /// @throws ApiException as the API would answer to the key
  String open(String key, RequestContext request) {
    switch (keys.authenticator().authenticate(key, request.clientAddress())) {
      case Authentication.Accepted(var caller) -> {
        var token = token();
        jdbi.useTransaction(
            transaction -> {
              transaction
                  .attach(SessionDao.class)
                  .open(
                      ApiKeyModule.hash(token), ApiKeyModule.hash(key), LIFETIME.toSeconds(), MOST);
              audit.append(
                  transaction,
                  AuditEntry.allowed(Actor.of(caller), "console.login", request, null, Map.of()));
            });
        return token;
      }
      case Authentication.Refused(var reason, var caller) -> {
        if (caller != null && !(reason instanceof ApiException.TooManyRequests)) {
          refused(caller, reason, request);
        }
        throw reason;
      }
    }
  }

  private void refused(Caller caller, ApiException reason, RequestContext request) {
    audit.append(
        new AuditEntry(
            Actor.of(caller),
            "console.login",
            request,
            null,
            null,
            Outcome.DENIED,
            Map.of("code", reason.code().name())));
  }

  @Override
  public Authentication authenticate(String token, String clientAddress) {
    if (!TOKEN.matcher(token).matches()) {
      return ended();
    }
    return jdbi.withExtension(SessionDao.class, dao -> dao.keyHash(ApiKeyModule.hash(token)))
        .map(hash -> keys.again(hash, clientAddress))
        .orElseGet(Sessions::ended);
  }

  private static Authentication ended() {
    return new Authentication.Refused(
        new ApiException.Unauthenticated("the session has ended: log in again"), null);
  }

  /// Ends a session now, on every server.
  void end(String token, Caller caller, RequestContext request) {
    jdbi.useTransaction(
        transaction -> {
          if (transaction.attach(SessionDao.class).end(ApiKeyModule.hash(token)) == 1) {
            audit.append(
                transaction,
                AuditEntry.allowed(Actor.of(caller), "console.logout", request, null, Map.of()));
          }
        });
  }

  /// Something that nobody can guess: 43 characters that a cookie may hold.
  static String token() {
    var bytes = new byte[TOKEN_BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static boolean isToken(String text) {
    return TOKEN.matcher(text).matches();
  }
}
