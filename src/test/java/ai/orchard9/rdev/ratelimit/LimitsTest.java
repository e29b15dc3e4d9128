package ai.orchard9.rdev.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditModule;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.FieldError;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.RunBudget;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.groups.Tuple;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.jdbi.v3.sqlobject.SqlObjectPlugin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LimitsTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final ConfiguredLimits CONFIGURED =
      new ConfiguredLimits(10, Duration.ofSeconds(10), 5, 100, 10_000, Duration.ofSeconds(30));
  private static final Duration EVERYWHERE = Duration.ofSeconds(2);
  private static final Actor ALICE = new Actor(null, "alice", Actor.Kind.OPERATOR);

  private final AtomicBoolean isAway = new AtomicBoolean();
  private final Limits here = limits(POSTGRES.jdbi());
  private final Limits there =
      limits(
          Jdbi.create(
                  () -> {
                    if (isAway.get()) {
                      throw new SQLException("away");
                    }
                    return POSTGRES.connect();
                  })
              .installPlugin(new SqlObjectPlugin())
              .installPlugin(new PostgresPlugin()));

  private static Limits limits(Jdbi jdbi) {
    return new Limits(
        jdbi,
        AuditModule.log(jdbi),
        CONFIGURED,
        System::nanoTime,
        new BackgroundMetrics(new PrometheusRegistry()));
  }

  @BeforeEach
  void startBoth() {
    POSTGRES.truncate("limit_overrides");
    here.start();
    there.start();
  }

  @AfterEach
  void stopBoth() throws Exception {
    here.stop();
    there.stop();
  }

  @Test
  void showsWhatIsConfigured() {
    assertThat(here.show())
        .extracting(Limit::name, Limit::key, Limit::value, Limit::configured, Limit::source)
        .containsExactly(
            configured(LimitName.RATE_LIMIT_RPS, "10"),
            configured(LimitName.RATE_LIMIT_WINDOW, "10s"),
            configured(LimitName.CONCURRENT_COMMANDS, "5"),
            configured(LimitName.MAX_RUNNING_COMMANDS, "100"),
            configured(LimitName.MAX_STREAMS, "10000"),
            configured(LimitName.CACHE_TTL, "30s"));
    assertThat(here.requestsPerWindow(caller("01234567", Optional.empty()))).isEqualTo(100);
  }

  private static Tuple configured(LimitName name, String value) {
    return Tuple.tuple(name, null, value, value, "configuration");
  }

  @Test
  void changesHereAtOnceAndElsewhereWithinTwoSeconds() {
    var changes = change(Map.of("max_streams", "7", "cache_ttl", "1m"));

    assertThat(changes)
        .containsExactlyInAnyOrder(
            new LimitChange(LimitName.MAX_STREAMS, null, "10000", "7", null),
            new LimitChange(LimitName.CACHE_TTL, null, "30s", "60s", null));
    assertThat(here.maxStreams()).isEqualTo(7);
    await()
        .atMost(EVERYWHERE)
        .until(() -> there.maxStreams() == 7 && there.cacheTtl().equals(Duration.ofMinutes(1)));
    var shown = there.show().stream().filter(it -> it.name() == LimitName.MAX_STREAMS).findFirst();
    assertThat(shown.orElseThrow().source()).isEqualTo("override");
    assertThat(shown.orElseThrow().configured()).isEqualTo("10000");
    assertThat(shown.orElseThrow().override())
        .satisfies(it -> assertThat(it.changedBy()).isEqualTo("alice"))
        .satisfies(it -> assertThat(it.until()).isNull());
  }

  @Test
  void putsItselfBackByTheDatabasesClock() {
    var change = changeFor(Duration.ofSeconds(3), Map.of("concurrent_commands", "2"));

    await().atMost(EVERYWHERE).until(() -> there.concurrentCommands() == 2);
    var left =
        POSTGRES
            .jdbi()
            .withHandle(
                it ->
                    it.createQuery(
                            "SELECT extract(epoch FROM until - clock_timestamp())"
                                + " FROM limit_overrides")
                        .mapTo(Double.class)
                        .one());
    assertThat(left).isBetween(0.0, 3.0);
    assertThat(change.getFirst().until()).isNotNull();
    await().atMost(Duration.ofSeconds(5)).until(() -> here.concurrentCommands() == 5);
    await().atMost(EVERYWHERE).until(() -> there.concurrentCommands() == 5);
    assertThat(here.show()).allMatch(it -> it.source().equals("configuration"));
  }

  @Test
  void putsItselfBackAlsoWhileTheDatabaseIsAwayAndKeepsTheRest() {
    change(Map.of("max_streams", "7"));
    changeFor(Duration.ofSeconds(3), Map.of("concurrent_commands", "2"));
    await()
        .atMost(EVERYWHERE)
        .until(() -> there.maxStreams() == 7 && there.concurrentCommands() == 2);

    isAway.set(true);

    await().atMost(Duration.ofSeconds(5)).until(() -> there.concurrentCommands() == 5);
    assertThat(there.maxStreams()).isEqualTo(7);
    isAway.set(false);
    change(Map.of("max_streams", "8"));
    await().atMost(EVERYWHERE).until(() -> there.maxStreams() == 8);
  }

  @Test
  void survivesARestart() throws Exception {
    change(Map.of("rate_limit_rps", "3"));

    var next = limits(POSTGRES.jdbi());
    next.start();

    assertThat(next.requestsPerWindow(caller("01234567", Optional.empty()))).isEqualTo(30);
    next.stop();
  }

  @Test
  void givesAKeyWhatOperatorsSayElseItsOwnElseThatOfAll() {
    change(Map.of("rate_limit_rps", "3"));
    here.change(
        ALICE, Map.of("rate_limit_rps", "50"), Optional.of("0a0b0c0d"), Optional.empty(), false);

    assertThat(here.requestsPerWindow(caller("01234567", Optional.empty()))).isEqualTo(30);
    assertThat(here.requestsPerWindow(caller("01234567", Optional.of(7)))).isEqualTo(70);
    assertThat(here.requestsPerWindow(caller("0a0b0c0d", Optional.of(7)))).isEqualTo(500);
    assertThat(here.show())
        .last()
        .extracting(Limit::name, Limit::key, Limit::value, Limit::source)
        .containsExactly(LimitName.RATE_LIMIT_RPS, "0a0b0c0d", "50", "override");

    var reset = here.reset(ALICE, Set.of(), Optional.of("0a0b0c0d"), false);

    assertThat(reset)
        .containsExactly(new LimitChange(LimitName.RATE_LIMIT_RPS, "0a0b0c0d", "50", null, null));
    assertThat(here.requestsPerWindow(caller("0a0b0c0d", Optional.of(7)))).isEqualTo(70);
    assertThat(here.requestsPerWindow(caller("01234567", Optional.empty()))).isEqualTo(30);
  }

  @Test
  void resetsEverything() {
    change(Map.of("rate_limit_rps", "3", "max_streams", "7"));
    here.change(
        ALICE, Map.of("rate_limit_rps", "50"), Optional.of("admin"), Optional.empty(), false);
    await().atMost(EVERYWHERE).until(() -> there.maxStreams() == 7);

    assertThat(here.reset(ALICE, Set.of("max_streams"), Optional.empty(), false)).hasSize(1);
    assertThat(here.reset(ALICE, Set.of(), Optional.empty(), true)).hasSize(2);
    assertThat(here.reset(ALICE, Set.of(), Optional.empty(), false)).hasSize(2);
    assertThat(here.reset(ALICE, Set.of(), Optional.empty(), false)).isEmpty();

    assertThat(here.show()).hasSize(6).allMatch(it -> it.source().equals("configuration"));
    await()
        .atMost(EVERYWHERE)
        .until(() -> there.show().stream().allMatch(it -> it.source().equals("configuration")));
  }

  @Test
  void onlySaysWhatItWouldDo() {
    var changes =
        here.change(
            ALICE,
            Map.of("max_streams", "7"),
            Optional.empty(),
            Optional.of(Duration.ofMinutes(1)),
            true);

    assertThat(changes.getFirst().to()).isEqualTo("7");
    assertThat(changes.getFirst().until()).isNotNull();
    here.tick();
    assertThat(here.maxStreams()).isEqualTo(10_000);
  }

  @Test
  void isAuditedWithWhatItWas() {
    var actor = new Actor(UUID.randomUUID(), "k" + System.nanoTime(), Actor.Kind.KEY);

    here.change(actor, Map.of("max_streams", "7"), Optional.empty(), Optional.empty(), false);
    here.change(actor, Map.of("max_streams", "8"), Optional.empty(), Optional.empty(), true);
    here.reset(actor, Set.of(), Optional.empty(), false);

    var entries =
        POSTGRES
            .jdbi()
            .withHandle(
                it ->
                    it.createQuery(
                            "SELECT action || ' ' || target || ' ' || detail FROM audit_log"
                                + " WHERE actor_key_name = :name ORDER BY id")
                        .bind("name", actor.keyName())
                        .mapTo(String.class)
                        .list());
    assertThat(entries)
        .containsExactly(
            "limit.changed max_streams"
                + " {\"name\":\"max_streams\",\"key\":null,\"from\":\"10000\",\"to\":\"7\","
                + "\"until\":null}",
            "limit.changed max_streams"
                + " {\"name\":\"max_streams\",\"key\":null,\"from\":\"7\",\"to\":\"10000\","
                + "\"until\":null}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rate_limit_rps | 0 | must be an integer from 1 to 10000",
        "rate_limit_rps | 10001 | must be an integer from 1 to 10000",
        "rate_limit_rps | ten | must be an integer from 1 to 10000",
        "concurrent_commands | 10001 | must be an integer from 1 to 10000",
        "max_running_commands | 0 | must be an integer from 1 to 100000",
        "max_streams | 1000001 | must be an integer from 1 to 1000000",
        "cache_ttl | 10 | must be a time with its unit, from 1s to 86400s",
        "cache_ttl | 500ms | must be a time with its unit, from 1s to 86400s",
        "rate_limit_window | 5s | is fixed while the service runs: set RATE_LIMIT_WINDOW",
        "rps | 5 | is not a limit; there are rate_limit_rps, concurrent_commands,"
            + " max_running_commands, max_streams, cache_ttl",
      })
  void refusesWhatMakesNoSenseAndChangesNothing(String name, String value, String message) {
    var values =
        Map.of(
            name,
            value,
            "max_streams".equals(name) ? "cache_ttl" : "max_streams",
            "max_streams".equals(name) ? "2s" : "9");

    assertThatThrownBy(() -> change(values))
        .isInstanceOfSatisfying(
            ApiException.BadRequest.class,
            it -> assertThat(it.details()).containsExactly(new FieldError(name, message)));
    assertThat(here.show()).allMatch(it -> it.source().equals("configuration"));
  }

  @Test
  void namesEveryFieldAtFault() {
    assertThatThrownBy(
            () ->
                here.change(
                    ALICE,
                    Map.of("max_streams", "9"),
                    Optional.of("nokey"),
                    Optional.of(Duration.ZERO),
                    false))
        .isInstanceOfSatisfying(
            ApiException.BadRequest.class,
            it ->
                assertThat(it.details())
                    .extracting(FieldError::field)
                    .containsExactly("max_streams", "key", "for"));
    assertThatThrownBy(() -> change(Map.of())).isInstanceOf(ApiException.BadRequest.class);
    assertThatThrownBy(() -> here.reset(ALICE, Set.of("nope"), Optional.empty(), false))
        .isInstanceOfSatisfying(
            ApiException.BadRequest.class,
            it ->
                assertThat(it.details())
                    .isEqualTo(
                        List.of(
                            new FieldError(
                                "nope",
                                "is not a limit; there are rate_limit_rps, concurrent_commands,"
                                    + " max_running_commands, max_streams, cache_ttl"))));
  }

  private List<LimitChange> change(Map<String, String> values) {
    return here.change(ALICE, values, Optional.empty(), Optional.empty(), false);
  }

  private List<LimitChange> changeFor(Duration time, Map<String, String> values) {
    return here.change(ALICE, values, Optional.empty(), Optional.of(time), false);
  }

  private static Caller caller(String prefix, Optional<Integer> rps) {
    return new Caller(
        UUID.randomUUID(),
        "somebody",
        prefix,
        Set.of(Scope.PROJECTS_READ),
        Optional.empty(),
        Optional.empty(),
        rps,
        RunBudget.NONE,
        Optional.empty());
  }
}
