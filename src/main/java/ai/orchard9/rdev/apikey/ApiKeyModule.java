package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.config.Secret;
import ai.orchard9.rdev.http.Authentication;
import ai.orchard9.rdev.http.Authenticator;
import ai.orchard9.rdev.http.Caller;
import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jdbi.v3.core.Jdbi;

/// Wires the room.
public final class ApiKeyModule {
  private final ApiKeyAuthenticator authenticator;
  private final ApiKeyService service;
  private final KnownKeys known;
  private final KeyEnds ends;

  private ApiKeyModule(
      ApiKeyAuthenticator authenticator, ApiKeyService service, KnownKeys known, KeyEnds ends) {
    this.authenticator = authenticator;
    this.service = service;
    this.known = known;
    this.ends = ends;
  }

  /// Registers the resource, and what writes down when keys were used.
  ///
  /// @param api for what a caller waits for
  /// @param adminKey the value of `RDEV_ADMIN_KEY`, which needs no row
  /// @param defaultRps requests a second of keys without a limit of their own
  public static ApiKeyModule install(
      Environment environment,
      Jdbi api,
      Jdbi background,
      Optional<Secret<String>> adminKey,
      AuditLog audit,
      IntSupplier defaultRps,
      BackgroundMetrics metrics,
      PrometheusRegistry registry) {
    var known = new KnownKeys(api, System::nanoTime, registry);
    var lastUses = new LastUses(background, System::nanoTime, metrics);
    var failures = new FailedAuthentications(System::nanoTime);
    var service = new ApiKeyService(api, audit, known, defaultRps);
    environment.lifecycle().manage(lastUses);
    environment.lifecycle().manage(new KeyMetrics(background, metrics, registry));
    environment.jersey().register(new ApiKeyResource(service));
    return new ApiKeyModule(
        new ApiKeyAuthenticator(adminKey, known, lastUses, failures, System::nanoTime, registry),
        service,
        known,
        new KeyEnds(api, known));
  }

  /// Who makes and revokes keys, for the command line: there is no limit to what may be given.
  public static ApiKeyService forCommand(Jdbi jdbi, AuditLog audit) {
    var known = new KnownKeys(jdbi, System::nanoTime, new PrometheusRegistry());
    return new ApiKeyService(jdbi, audit, known, () -> Integer.MAX_VALUE);
  }

  /// Makes the key of a first start when there is none yet.
  ///
  /// @param file where it is written, readable by its owner only
  /// @return the file, if this or an earlier first start wrote one
  public static Optional<Path> ensureFirstKey(Jdbi jdbi, AuditLog audit, Path file)
      throws IOException {
    return new FirstKey(jdbi, audit, file).ensure();
  }

  /// Who checks presented keys.
  public Authenticator authenticator() {
    return authenticator;
  }

  /// What becomes of a key that was presented before, known by its hash.
  ///
  /// @param hash SHA-256 of the key in hex, as [#hash] told
  /// @param clientAddress numeric, v4 or v6
  public Authentication again(String hash, String clientAddress) {
    return authenticator.again(hash, clientAddress);
  }

  /// What to remember of a key that may be needed again: SHA-256 in hex.
  public static String hash(String key) {
    return KeyFormat.hash(key);
  }

  /// Who makes and revokes keys.
  public ApiKeyService service() {
    return service;
  }

  /// `KEY_REVOKED` or `KEY_EXPIRED` of those callers whose keys have ended since they were let in.
  /// Asks the database once for all; while it is away, none has.
  public Map<Caller, String> endsOf(Collection<Caller> callers) {
    return ends.of(callers);
  }

  /// Has the database asked at the next use of any key.
  public void forgetKnown() {
    known.forgetAll();
  }
}
