package ai.orchard9.rdev.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditModule;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.ErrorCode;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Keys are made, replaced and revoked by those who may, and all of it is on record.
final class ApiKeyServiceTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final Actor ADMIN = new Actor(null, "admin", Actor.Kind.ADMIN_KEY);
  private static final Duration DAY = Duration.ofDays(1);

  private final KnownKeys known =
      new KnownKeys(POSTGRES.jdbi(), System::nanoTime, new PrometheusRegistry());
  private final ApiKeyService service =
      new ApiKeyService(POSTGRES.jdbi(), AuditModule.log(POSTGRES.jdbi()), known, () -> 10);
  private final KeyEnds ends = new KeyEnds(POSTGRES.jdbi(), known);

  @BeforeEach
  void empty() {
    POSTGRES.truncate("api_keys");
  }

  @Test
  void keepsAllThatWasAskedFor() {
    var wanted =
        new NewKey(
            "ci",
            List.of("projects:read", "keys:read"),
            List.of("a", "b"),
            List.of("git", "claude"),
            List.of("10.0.0.0/8"),
            Duration.ofDays(30),
            100,
            5,
            5_000_000_000L,
            1.25);

    var made = service.create(ADMIN, wanted, null);

    var key = made.key();
    assertThat(key.name()).isEqualTo("ci");
    assertThat(key.scopes()).isEqualTo(wanted.scopes());
    assertThat(key.projectIds()).isEqualTo(wanted.projectIds());
    assertThat(key.commandTypes()).isEqualTo(wanted.commandTypes());
    assertThat(key.allowedIps()).isEqualTo(wanted.allowedIps());
    assertThat(key.rateLimitRps()).isEqualTo(100);
    assertThat(key.maxTurns()).isEqualTo(5);
    assertThat(key.maxTokens()).isEqualTo(5_000_000_000L);
    assertThat(key.maxCostUsd()).isEqualTo(1.25);
    assertThat(key.createdBy()).isEqualTo("admin_key");
    assertThat(key.expiresAt())
        .isBetween(
            key.createdAt().plus(DAY.multipliedBy(29)), key.asOf().plus(DAY.multipliedBy(30)));
    assertThat(key.keyPrefix()).isEqualTo(KeyFormat.prefix(made.plain()));
    assertThat(key.status()).isEqualTo(ApiKey.Status.ACTIVE);
  }

  @Test
  void storesNeitherTheKeyNorMoreThanItsHash() {
    var made = service.create(ADMIN, key("k", "keys:read"), null);

    var dump =
        POSTGRES
            .jdbi()
            .withHandle(
                it ->
                    it.createQuery(
                            "SELECT (SELECT string_agg(k::text, ' ') FROM api_keys k) || (SELECT"
                                + " string_agg(a::text, ' ') FROM audit_log a)")
                        .mapTo(String.class)
                        .one());

    assertThat(dump).contains(KeyFormat.hash(made.plain())).contains("key.created");
    assertThat(dump).doesNotContain(made.plain()).doesNotContain(made.plain().substring(17));
  }

  @Test
  void readsWhatTheGiverHasFromItsRow() {
    var giver = service.create(ADMIN, key("giver", "keys:write", "projects:read"), null);
    var actor = actor(giver);
    service.create(actor, key("child", "projects:read"), null);
    POSTGRES
        .jdbi()
        .useHandle(
            it ->
                it.execute(
                    "UPDATE api_keys SET project_ids = '{a}' WHERE id = ?", giver.key().id()));

    assertThatThrownBy(() -> service.create(actor, key("child", "projects:read"), null))
        .isInstanceOf(ApiException.Forbidden.class)
        .hasMessageContaining("project_ids");
    service.revoke(ADMIN, id(giver), null);
    assertThatThrownBy(() -> service.create(actor, key("child", "projects:read"), null))
        .isInstanceOf(ApiException.Unauthenticated.class)
        .extracting(it -> ((ApiException) it).code())
        .isEqualTo(ErrorCode.KEY_REVOKED);
  }

  @Test
  void namesEveryFieldThatIsTooMuch() {
    var giver = service.create(ADMIN, limited("giver", "a", "keys:write"), null);

    assertThatThrownBy(() -> service.create(actor(giver), key("child", "admin"), null))
        .isInstanceOf(ApiException.Forbidden.class)
        .hasMessageStartingWith("scopes, project_ids: ")
        .extracting(it -> ((ApiException) it).details().size())
        .isEqualTo(2);
  }

  @Test
  void aKeyMadeIsOnRecordWithIt() {
    var giver = service.create(ADMIN, key("giver", "keys:write"), null);
    var made = service.create(actor(giver), key("child", "keys:write"), null);
    assertThatThrownBy(() -> service.create(actor(giver), key("grandchild", "admin"), null))
        .isInstanceOf(ApiException.Forbidden.class);
    var successor = service.rotate(actor(giver), id(made), DAY, null);
    service.revoke(actor(giver), id(successor), null);
    service.revoke(actor(giver), id(successor), null);

    assertThat(recorded(giver.key().id()))
        .containsExactly(
            "key.created " + id(made), "key.rotated " + id(made), "key.revoked " + id(successor));
  }

  @Test
  void aSuccessorHasAllThatTheOldOneHad() {
    var old =
        service.create(
            ADMIN,
            new NewKey(
                "old",
                List.of("projects:read"),
                List.of("a"),
                List.of("git"),
                List.of("10.0.0.1"),
                Duration.ofDays(30),
                7,
                1,
                2L,
                3.0),
            null);

    var successor = service.rotate(ADMIN, id(old), Duration.ofHours(1), null).key();
    var ending = service.get(Caller.admin("a", "a"), id(old));

    assertThat(successor)
        .usingRecursiveComparison()
        .ignoringFields("id", "keyPrefix", "createdAt", "asOf")
        .isEqualTo(old.key());
    assertThat(ending.replacedBy()).isEqualTo(successor.id());
    assertThat(Duration.between(ending.deprecatedAt(), ending.expiresAt()))
        .isEqualTo(Duration.ofHours(1));
  }

  @Test
  void noGraceOutlivesTheKey() {
    var old =
        service.create(
            ADMIN,
            new NewKey(
                "old",
                List.of("keys:read"),
                null,
                null,
                null,
                Duration.ofHours(1),
                null,
                null,
                null,
                null),
            null);

    service.rotate(ADMIN, id(old), DAY, null);

    assertThat(service.get(Caller.admin("a", "a"), id(old)).expiresAt())
        .isEqualTo(old.key().expiresAt());
  }

  @Test
  void aKeyIsReplacedOnce() {
    var old = service.create(ADMIN, key("old", "keys:read"), null);
    service.rotate(ADMIN, id(old), DAY, null);
    assertConflict(id(old), "replaced already");

    var ended = service.create(ADMIN, key("ended", "keys:read"), null);
    service.rotate(ADMIN, id(ended), Duration.ZERO, null);
    assertThat(service.get(Caller.admin("a", "a"), id(ended)).status())
        .isEqualTo(ApiKey.Status.EXPIRED);
    assertConflict(id(ended), "replaced already");

    var revoked = service.create(ADMIN, key("revoked", "keys:read"), null);
    service.revoke(ADMIN, id(revoked), null);
    assertConflict(id(revoked), "is revoked");
  }

  private void assertConflict(String id, String message) {
    assertThatThrownBy(() -> service.rotate(ADMIN, id, DAY, null))
        .isInstanceOf(ApiException.Conflict.class)
        .hasMessageContaining(message);
  }

  @Test
  void oneOfManyReplacesAKey() throws Exception {
    var old = service.create(ADMIN, key("self", "keys:write"), null);
    var start = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tries =
          IntStream.range(0, 8)
              .<Future<Boolean>>mapToObj(
                  _ ->
                      threads.submit(
                          () -> {
                            start.await();
                            try {
                              service.rotate(actor(old), id(old), DAY, null);
                              return true;
                            } catch (ApiException.Conflict lost) {
                              return false;
                            }
                          }))
              .toList();
      start.countDown();
      int won = 0;
      for (var one : tries) {
        won += one.get() ? 1 : 0;
      }
      assertThat(won).isEqualTo(1);
    }
    assertThat(service.list(100)).hasSize(2);
  }

  @Test
  void rotatingKeepsNothingThatWhoRotatesLacks() {
    var strong = service.create(ADMIN, key("strong", "keys:write", "audit:read"), null);
    var weak = service.create(ADMIN, key("weak", "keys:write"), null);

    assertThatThrownBy(() -> service.rotate(actor(weak), id(strong), DAY, null))
        .isInstanceOf(ApiException.Forbidden.class)
        .hasMessageContaining("scopes");
    service.rotate(actor(strong), id(weak), DAY, null);
  }

  @Test
  void revokingNeedsTheSameOrAdmin() {
    var strong = service.create(ADMIN, key("strong", "keys:write", "audit:read"), null);
    var weak = service.create(ADMIN, key("weak", "keys:write"), null);
    var local = service.create(ADMIN, limited("local", "a", "admin"), null);
    var localToo = service.create(ADMIN, limited("local too", "a", "projects:read"), null);

    assertThatThrownBy(() -> service.revoke(actor(weak), id(strong), null))
        .isInstanceOf(ApiException.Forbidden.class);
    // An admin of one project does not even know of keys beyond it.
    assertThatThrownBy(() -> service.revoke(actor(local), id(strong), null))
        .isInstanceOf(ApiException.NotFound.class);
    service.revoke(actor(local), id(localToo), null);
    service.revoke(actor(strong), id(weak), null);
    service.revoke(actor(strong), id(strong), null);
  }

  @Test
  void limitsHideOtherProjectsKeys() {
    var all = service.create(ADMIN, key("all", "keys:read"), null);
    var inA = service.create(ADMIN, limited("a", "a", "keys:read"), null);
    var inB = service.create(ADMIN, limited("b", "b", "keys:read"), null);
    var ofA = new KnownKey(inA.key(), 0).caller();

    assertThat(service.list(ofA, 50, Optional.empty()))
        .extracting(ApiKey::id)
        .containsExactly(inA.key().id());
    assertThat(service.get(ofA, id(inA)).name()).isEqualTo("a");
    for (var hidden : List.of(id(all), id(inB), UUID.randomUUID().toString(), "x", "1-1-1-1-1")) {
      assertThatThrownBy(() -> service.get(ofA, hidden))
          .isInstanceOf(ApiException.NotFound.class)
          .hasMessage("no such key");
    }
    assertThat(service.list(new KnownKey(all.key(), 0).caller(), 50, Optional.empty()))
        .extracting(ApiKey::name)
        .containsExactly("b", "a", "all");
  }

  @Test
  void tellsWhichKeysHaveEnded() {
    var good = caller(service.create(ADMIN, key("good", "keys:read"), null));
    var revoked = service.create(ADMIN, key("revoked", "keys:read"), null);
    var expired = service.create(ADMIN, key("expired", "keys:read"), null);
    var gone = service.create(ADMIN, key("gone", "keys:read"), null);
    service.revoke(ADMIN, id(revoked), null);
    POSTGRES
        .jdbi()
        .useHandle(
            it -> {
              it.execute("UPDATE api_keys SET expires_at = now() WHERE name = 'expired'");
              it.execute("DELETE FROM api_keys WHERE name = 'gone'");
            });

    var ended =
        ends.of(
            Set.of(
                good,
                caller(revoked),
                caller(expired),
                caller(gone),
                Caller.admin("admin", "admin")));

    assertThat(ended)
        .isEqualTo(
            Map.of(
                caller(revoked),
                "KEY_REVOKED",
                caller(expired),
                "KEY_EXPIRED",
                caller(gone),
                "KEY_REVOKED"));
  }

  @Test
  void revokesByPrefix() {
    var made = service.create(ADMIN, key("k", "keys:read"), null);

    assertThat(service.revokeAll(Actor.COMMAND_LINE, made.key().keyPrefix()))
        .containsExactly(made.key().id());
    assertThat(service.revokeAll(Actor.COMMAND_LINE, made.key().keyPrefix())).isEmpty();
    assertThat(service.get(Caller.admin("a", "a"), id(made)).status())
        .isEqualTo(ApiKey.Status.REVOKED);
  }

  private static List<String> recorded(@Nullable UUID actor) {
    return POSTGRES
        .jdbi()
        .withHandle(
            it ->
                it.createQuery(
                        "SELECT action || ' ' || target FROM audit_log WHERE actor_key_id = :id"
                            + " ORDER BY id")
                    .bind("id", actor)
                    .mapTo(String.class)
                    .list());
  }

  private static Caller caller(ApiKeyService.Made made) {
    return new KnownKey(made.key(), 0).caller();
  }

  private static String id(ApiKeyService.Made made) {
    return made.key().id().toString();
  }

  private static Actor actor(ApiKeyService.Made made) {
    return new Actor(made.key().id(), made.key().name(), Actor.Kind.KEY);
  }

  private static NewKey key(String name, String... scopes) {
    return PresentedKeys.newKey(name, scopes);
  }

  private static NewKey limited(String name, String project, String scope) {
    return new NewKey(
        name, List.of(scope), List.of(project), null, null, null, null, null, null, null);
  }
}
