package ai.orchard9.rdev.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditModule;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.config.Secret;
import ai.orchard9.rdev.database.DatabaseErrors;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Authentication;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.tomcat.jdbc.pool.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.jdbi.v3.sqlobject.SqlObjectPlugin;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Presented keys against a real table; time is moved by hand.
final class ApiKeyAuthenticatorTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final String ADMIN_KEY = "rdev_the_admin_key_of_this_test";
  private static final String HERE = "192.0.2.1";
  private static final int MADE_UP = (int) KnownKeys.MOST_REMEMBERED + 2_000;
  private static final DataSource POOL = new DataSource();

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final AtomicInteger statements = new AtomicInteger();
  private volatile boolean away;
  private volatile Duration slow = Duration.ZERO;
  private final Jdbi jdbi = counted();
  private final KnownKeys known = new KnownKeys(jdbi, nanos::get, registry);
  private final FailedAuthentications failures = new FailedAuthentications(nanos::get);
  private final LastUses uses =
      new LastUses(jdbi, nanos::get, new BackgroundMetrics(new PrometheusRegistry()));
  private final ApiKeyAuthenticator authenticator =
      new ApiKeyAuthenticator(
          Optional.of(new Secret<>(ADMIN_KEY)), known, uses, failures, nanos::get, registry);
  private final ApiKeyService service =
      new ApiKeyService(
          POSTGRES.jdbi(),
          AuditModule.log(POSTGRES.jdbi()),
          new KnownKeys(POSTGRES.jdbi(), nanos::get, new PrometheusRegistry()),
          () -> 10);

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
    return POOL.getConnection();
  }

  @BeforeAll
  static void open() {
    POOL.setUrl(POSTGRES.target().jdbcUrl());
    POOL.setUsername(POSTGRES.target().user());
    POOL.setPassword(POSTGRES.target().password().value());
  }

  @AfterAll
  static void close() {
    POOL.close(true);
  }

  @BeforeEach
  void empty() {
    POSTGRES.truncate("api_keys");
  }

  @Test
  void acceptsTheAdminKeyWithoutAskingTheDatabase() {
    assertThat(authenticate(ADMIN_KEY))
        .isEqualTo(new Authentication.Accepted(Caller.admin("admin", "admin")));
    assertThat(statements).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rdev_the_admin_key_of_this_tes",
        "rdev_the_admin_key_of_this_test ",
        "",
        "ü",
        "\u0000"
      })
  void refusesWhatIsMalformedWithoutAskingTheDatabase(String key) {
    assertThat(code(authenticate(key))).isEqualTo("UNAUTHORIZED");
    assertThat(statements).hasValue(0);
  }

  @Test
  void tellsTheCallerWhatTheKeyMay() {
    var made =
        service.create(
            new Actor(null, "admin", Actor.Kind.ADMIN_KEY),
            new NewKey(
                "ci",
                List.of("projects:execute"),
                List.of("demo"),
                List.of("git"),
                List.of("192.0.2.0/24"),
                null,
                7,
                null,
                null,
                null),
            null);

    var caller = caller(authenticate(made.plain()));

    assertThat(caller.keyId()).isEqualTo(made.key().id());
    assertThat(caller.mayUse("demo")).isTrue();
    assertThat(caller.mayUse("other")).isFalse();
    assertThat(caller.mayRun("git")).isTrue();
    assertThat(caller.mayRun("shell")).isFalse();
    assertThat(caller.rateLimitRps()).contains(7);
    assertThat(caller.deprecatedUntil()).isEmpty();
    assertThat(code(authenticator.authenticate(made.plain(), "192.0.3.1")))
        .isEqualTo("IP_NOT_ALLOWED");
    assertThat(code(authenticator.authenticate(made.plain(), "2001:db8:0:0:0:0:0:1")))
        .isEqualTo("IP_NOT_ALLOWED");
  }

  /// Revoked wins over expired, and both over the address.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "revoked_at = now() | KEY_REVOKED",
        "expires_at = now() - interval '1 second' | KEY_EXPIRED",
        "revoked_at = now(), expires_at = now() | KEY_REVOKED",
        "revoked_at = now(), allowed_ips = '{10.0.0.1}' | KEY_REVOKED",
        "expires_at = now(), allowed_ips = '{10.0.0.1}' | KEY_EXPIRED",
        "allowed_ips = '{10.0.0.1}' | IP_NOT_ALLOWED",
      })
  void checksInOrder(String state, String expected) {
    var made = make();
    POSTGRES.jdbi().useHandle(it -> it.execute("UPDATE api_keys SET " + state));

    var refused = authenticate(made.plain());

    assertThat(code(refused)).isEqualTo(expected);
    assertThat(((Authentication.Refused) refused).caller()).isNotNull();
  }

  @Test
  void asksAgainAfterASecondAndNotBefore() {
    var made = make();
    authenticate(made.plain());
    service.revoke(Actor.COMMAND_LINE, made.key().id().toString(), null);

    pass(Duration.ofMillis(999));
    assertThat(authenticate(made.plain())).isInstanceOf(Authentication.Accepted.class);
    assertThat(statements).hasValue(1);
    pass(Duration.ofMillis(1));

    assertThat(code(authenticate(made.plain()))).isEqualTo("KEY_REVOKED");
  }

  @Test
  void expiresAtItsTimeAlsoWhileItIsRemembered() {
    var made = make();
    POSTGRES
        .jdbi()
        .useHandle(
            it ->
                it.execute(
                    "UPDATE api_keys SET expires_at = clock_timestamp() + interval '500 ms'"));
    assertThat(authenticate(made.plain())).isInstanceOf(Authentication.Accepted.class);

    pass(Duration.ofMillis(501));

    assertThat(code(authenticate(made.plain()))).isEqualTo("KEY_EXPIRED");
    assertThat(statements).hasValue(1);
  }

  /// The answer of a slow database is as old as the question.
  @Test
  void doesNotRememberASlowAnswerForLonger() {
    var made = make();
    slow = Duration.ofMillis(900);
    assertThat(authenticate(made.plain())).isInstanceOf(Authentication.Accepted.class);
    slow = Duration.ZERO;
    service.revoke(Actor.COMMAND_LINE, made.key().id().toString(), null);

    pass(Duration.ofMillis(100));

    assertThat(code(authenticate(made.plain()))).isEqualTo("KEY_REVOKED");
  }

  @Test
  void asksOnceForManyWhoWait() throws Exception {
    var made = make();
    var holder = POSTGRES.connect();
    holder.setAutoCommit(false);
    holder.createStatement().execute("LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE");
    var accepted = new AtomicInteger();
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < 50; i++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                if (authenticate(made.plain()) instanceof Authentication.Accepted) {
                  accepted.incrementAndGet();
                }
              }));
    }
    await()
        .until(
            () ->
                threads.stream().filter(it -> it.getState() == Thread.State.WAITING).count() >= 49);
    holder.rollback();
    holder.close();

    for (var thread : threads) {
      thread.join();
    }
    assertThat(accepted).hasValue(50);
    assertThat(statements).hasValue(1);
  }

  @Test
  void keysSeenWithinASecondGoOnWithoutADatabase() {
    var made = make();
    authenticate(made.plain());
    away = true;

    pass(Duration.ofMillis(900));
    assertThat(authenticate(made.plain())).isInstanceOf(Authentication.Accepted.class);
    assertThat(authenticate(ADMIN_KEY)).isInstanceOf(Authentication.Accepted.class);
    pass(Duration.ofMillis(100));

    assertThatThrownBy(() -> authenticate(made.plain())).matches(DatabaseErrors::isAway);
    away = false;
    assertThat(authenticate(made.plain())).isInstanceOf(Authentication.Accepted.class);
  }

  @Test
  void garbageCostsNoStatementAndNoMemoryAndDoesNotHurtAGoodKey() {
    var good = make().plain();
    authenticate(good);

    for (int i = 0; i < 100_000; i++) {
      var garbage = "rdev_sk_%08x_%038d".formatted(i, i);
      var code = code(authenticate(garbage));
      assertThat(code)
          .isEqualTo(
              i < FailedAuthentications.MOST_FAILURES ? "UNAUTHORIZED" : "TOO_MANY_REQUESTS");
    }

    assertThat(authenticate(good)).isInstanceOf(Authentication.Accepted.class);
    assertThat(statements).hasValue(1);
    assertThat(known.remembered()).isEqualTo(1);
    assertThat(failures.remembered()).isEqualTo(1);
    assertThat(counted("rdev_authentications", "malformed")).isEqualTo(20);
    assertThat(counted("rdev_authentications", "limited")).isEqualTo(99_980);
    assertThat(counted("rdev_authentications", "accepted")).isEqualTo(2);
  }

  @Test
  void madeUpKeysFromMadeUpAddressesAreForgottenAndGoodOnesAreNot() {
    var good = make().plain();
    authenticate(good);
    var before = statements.get();

    for (int i = 0; i < MADE_UP; i++) {
      var address = "10.%d.%d.%d".formatted(i >> 16, (i >> 8) & 255, i & 255);
      assertThat(code(authenticator.authenticate(KeyFormat.random(), address)))
          .isEqualTo("UNAUTHORIZED");
    }

    assertThat(known.remembered()).isLessThanOrEqualTo(KnownKeys.MOST_REMEMBERED + 1);
    assertThat(failures.remembered()).isLessThanOrEqualTo(FailedAuthentications.MOST_ADDRESSES);
    var asked = statements.get();
    assertThat(asked - before).isEqualTo(MADE_UP);
    assertThat(authenticate(good)).isInstanceOf(Authentication.Accepted.class);
    assertThat(statements).hasValue(asked);
  }

  @Test
  void remembersForASecondThatThereIsNone() {
    var unknown = KeyFormat.random();
    authenticate(unknown);
    authenticate(unknown);
    assertThat(statements).hasValue(1);

    pass(Duration.ofSeconds(1));
    authenticate(unknown);

    assertThat(statements).hasValue(2);
  }

  @Test
  void letsAnAddressFailTwentyTimesAMinute() {
    for (int i = 0; i < 20; i++) {
      assertThat(code(authenticate("x"))).isEqualTo("UNAUTHORIZED");
      pass(Duration.ofSeconds(1));
    }

    var limited = (Authentication.Refused) authenticate("x");

    assertThat(((ApiException.TooManyRequests) limited.reason()).retryAfter())
        .isEqualTo(Duration.ofSeconds(40));
    assertThat(code(authenticator.authenticate("x", "192.0.2.2"))).isEqualTo("UNAUTHORIZED");
    pass(Duration.ofSeconds(40));
    assertThat(code(authenticate("x"))).isEqualTo("UNAUTHORIZED");
    assertThat(code(authenticate("x"))).isEqualTo("TOO_MANY_REQUESTS");
  }

  @Test
  void countsANetworkOfV6AsOneAddress() {
    for (int i = 0; i < 20; i++) {
      authenticator.authenticate("x", "2001:db8:0:1:0:0:0:" + Integer.toHexString(i + 1));
    }

    assertThat(code(authenticator.authenticate("x", "2001:db8:0:1:ffff:0:0:1")))
        .isEqualTo("TOO_MANY_REQUESTS");
    assertThat(code(authenticator.authenticate("x", "2001:db8:0:2:0:0:0:1")))
        .isEqualTo("UNAUTHORIZED");
  }

  @Test
  void everyRefusalCountsAsAFailure() {
    var revoked = make();
    var elsewhere = make();
    POSTGRES.jdbi().useHandle(it -> it.execute("UPDATE api_keys SET allowed_ips = '{10.0.0.1}'"));
    service.revoke(Actor.COMMAND_LINE, revoked.key().id().toString(), null);
    for (int i = 0; i < 5; i++) {
      authenticate("x");
      authenticate(KeyFormat.random());
      authenticate(revoked.plain());
      authenticate(elsewhere.plain());
    }

    assertThat(code(authenticate(revoked.plain()))).isEqualTo("TOO_MANY_REQUESTS");
    assertThat(code(authenticate(elsewhere.plain()))).isEqualTo("TOO_MANY_REQUESTS");
  }

  @Test
  void writesDownWhenKeysWereUsed() {
    var used = make();
    var unused = make();
    authenticate(used.plain());
    pass(Duration.ofSeconds(3));
    var before = statements.get();

    uses.write();

    assertThat(statements).hasValue(before + 1);
    assertThat(lastUsed(unused)).isNull();
    var age = Duration.between(present(lastUsed(used)), databaseNow());
    assertThat(age).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(30));
    assertThat(uses.waiting()).isZero();
  }

  @Test
  void usesWaitForTheDatabase() {
    var used = make();
    authenticate(used.plain());
    away = true;
    uses.write();
    away = false;
    assertThat(lastUsed(used)).isNull();

    uses.write();

    assertThat(lastUsed(used)).isNotNull();
  }

  @Test
  void usesOfMadeUpKeysAreNotKept() {
    for (int i = 0; i < 2 * LastUses.MOST_WAITING; i++) {
      uses.used(UUID.randomUUID());
    }
    assertThat(uses.waiting()).isLessThanOrEqualTo(LastUses.MOST_WAITING);
  }

  /// A coarse measurement beside the design (only digests are compared): a wrong key with 54 right
  /// characters takes as long as one with none. Whoever compares texts character by character is
  /// not found out at this grain, and whoever asks the database for one of them is.
  @Test
  void aWrongKeyTakesAsLongHoweverMuchOfItIsRight() {
    var right = ADMIN_KEY;
    var none = "x".repeat(right.length());
    var most = right.substring(0, right.length() - 1) + "x";
    var ratios = new ArrayList<Double>();
    for (int round = 0; round < 41; round++) {
      ratios.add((double) time(none) / time(most));
    }
    ratios.sort(null);

    assertThat(ratios.get(ratios.size() / 2)).isBetween(0.67, 1.5);
  }

  private long time(String key) {
    var before = System.nanoTime();
    for (int i = 0; i < 2_000; i++) {
      authenticate(key);
    }
    return System.nanoTime() - before;
  }

  private ApiKeyService.Made make() {
    return service.create(Actor.COMMAND_LINE, newKey("k", "keys:read"), null);
  }

  static NewKey newKey(String name, String... scopes) {
    return new NewKey(name, List.of(scopes), null, null, null, null, null, null, null, null);
  }

  private @Nullable Instant lastUsed(ApiKeyService.Made made) {
    return POSTGRES
        .jdbi()
        .withExtension(ApiKeyDao.class, dao -> dao.find(made.key().id()))
        .orElseThrow()
        .lastUsedAt();
  }

  private static Instant databaseNow() {
    return POSTGRES.jdbi().withExtension(ApiKeyDao.class, ApiKeyDao::now);
  }

  private static <T> T present(@Nullable T value) {
    assertThat(value).isNotNull();
    return Optional.ofNullable(value).orElseThrow();
  }

  private Authentication authenticate(String key) {
    return authenticator.authenticate(key, HERE);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private static Caller caller(Authentication authentication) {
    return ((Authentication.Accepted) authentication).caller();
  }

  private static String code(Authentication authentication) {
    return ((Authentication.Refused) authentication).reason().code().name();
  }

  private double counted(String name, String outcome) {
    return registry.scrape(name::equals).stream()
        .flatMap(it -> ((CounterSnapshot) it).getDataPoints().stream())
        .filter(it -> outcome.equals(it.getLabels().get("outcome")))
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }
}
