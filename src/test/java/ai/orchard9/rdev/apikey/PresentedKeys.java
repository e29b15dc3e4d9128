package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditModule;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.config.Secret;
import ai.orchard9.rdev.http.Authentication;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.tomcat.jdbc.pool.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.jdbi.v3.sqlobject.SqlObjectPlugin;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Keys of a real table, presented to one server whose time is moved by hand, and whose database
/// can be slow or away. Begins each test without keys; use it as a field that is not static.
final class PresentedKeys implements BeforeEachCallback, AfterEachCallback {
  static final String ADMIN_KEY = "rdev_the_admin_key_of_this_test";

  private static final String HERE = "192.0.2.1";

  private final PostgresExtension postgres;
  private final DataSource pool = new DataSource();
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final AtomicInteger statements = new AtomicInteger();
  private volatile boolean away;
  private volatile Duration slow = Duration.ZERO;
  private final KnownKeys known;
  private final FailedAuthentications failures = new FailedAuthentications(nanos::get);
  private final LastUses uses;
  private final ApiKeyAuthenticator authenticator;
  private final ApiKeyService service;

  PresentedKeys(PostgresExtension postgres) {
    this.postgres = postgres;
    pool.setUrl(postgres.target().jdbcUrl());
    pool.setUsername(postgres.target().user());
    pool.setPassword(postgres.target().password().value());
    pool.setInitialSize(1);
    var jdbi = counted();
    this.known = new KnownKeys(jdbi, nanos::get, registry);
    this.uses = new LastUses(jdbi, nanos::get, new BackgroundMetrics(new PrometheusRegistry()));
    this.authenticator =
        new ApiKeyAuthenticator(
            Optional.of(new Secret<>(ADMIN_KEY)), known, uses, failures, nanos::get, registry);
    this.service =
        new ApiKeyService(
            postgres.jdbi(),
            AuditModule.log(postgres.jdbi()),
            new KnownKeys(postgres.jdbi(), nanos::get, new PrometheusRegistry()),
            () -> 10);
  }

  private Jdbi counted() {
    var counted =
        Jdbi.create(this::connect)
            .installPlugin(new SqlObjectPlugin())
            .installPlugin(new PostgresPlugin());
    counted.setSqlLogger(
        new SqlLogger() {
          @Override
          public void logBeforeExecution(StatementContext context) {
            statements.incrementAndGet();
          }
        });
    return counted;
  }

  private Connection connect() throws SQLException {
    if (away) {
      throw new SQLException("away", "08001");
    }
    pass(slow);
    return pool.getConnection();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    postgres.truncate("api_keys");
  }

  @Override
  public void afterEach(ExtensionContext context) {
    pool.close(true);
  }

  /// A key with nothing but what it must have.
  static NewKey newKey(String name, String... scopes) {
    return new NewKey(name, List.of(scopes), null, null, null, null, null, null, null, null);
  }

  /// A new row, made elsewhere: this server has not heard of it.
  ApiKeyService.Made make() {
    return service.create(Actor.COMMAND_LINE, newKey("k", "keys:read"), null);
  }

  /// Where rows are made and revoked: as on another server.
  ApiKeyService service() {
    return service;
  }

  Authentication authenticate(String key) {
    return authenticate(key, HERE);
  }

  Authentication authenticate(String key, String address) {
    return authenticator.authenticate(key, address);
  }

  /// The error code of a refusal.
  static String code(Authentication authentication) {
    return ((Authentication.Refused) authentication).reason().code().name();
  }

  /// Moves the server's time on.
  void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /// How long the database takes from now on.
  void slowDown(Duration time) {
    slow = time;
  }

  /// Whether the database cannot be reached from now on.
  void takeDatabaseAway(boolean isAway) {
    away = isAway;
  }

  /// How many statements the server has sent to the database.
  int statements() {
    return statements.get();
  }

  /// How many keys have met with that outcome.
  double outcomes(String outcome) {
    return registry.scrape("rdev_authentications"::equals).stream()
        .flatMap(it -> ((CounterSnapshot) it).getDataPoints().stream())
        .filter(it -> outcome.equals(it.getLabels().get("outcome")))
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }

  KnownKeys known() {
    return known;
  }

  FailedAuthentications failures() {
    return failures;
  }

  LastUses uses() {
    return uses;
  }
}
