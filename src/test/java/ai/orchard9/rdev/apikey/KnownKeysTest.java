package ai.orchard9.rdev.apikey;

import static ai.orchard9.rdev.apikey.PresentedKeys.ADMIN_KEY;
import static ai.orchard9.rdev.apikey.PresentedKeys.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.database.DatabaseErrors;
import ai.orchard9.rdev.http.Authentication;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What is remembered of keys: a second, and no memory beyond a bound.
final class KnownKeysTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int MADE_UP = (int) KnownKeys.MOST_REMEMBERED + 2_000;

  @RegisterExtension final PresentedKeys keys = new PresentedKeys(POSTGRES);

  @Test
  void asksAgainAfterASecondAndNotBefore() {
    var made = keys.make();
    keys.authenticate(made.plain());
    keys.service().revoke(Actor.COMMAND_LINE, made.key().id().toString(), null);

    keys.pass(Duration.ofMillis(999));
    assertThat(keys.authenticate(made.plain())).isInstanceOf(Authentication.Accepted.class);
    assertThat(keys.statements()).isEqualTo(1);
    keys.pass(Duration.ofMillis(1));

    assertThat(code(keys.authenticate(made.plain()))).isEqualTo("KEY_REVOKED");
  }

  @Test
  void expiresAtItsTimeAlsoWhileItIsRemembered() {
    var made = keys.make();
    POSTGRES
        .jdbi()
        .useHandle(
            it ->
                it.execute(
                    "UPDATE api_keys SET expires_at = clock_timestamp() + interval '500 ms'"));
    assertThat(keys.authenticate(made.plain())).isInstanceOf(Authentication.Accepted.class);

    keys.pass(Duration.ofMillis(501));

    assertThat(code(keys.authenticate(made.plain()))).isEqualTo("KEY_EXPIRED");
    assertThat(keys.statements()).isEqualTo(1);
  }

  /// The answer of a slow database is as old as the question.
  @Test
  void doesNotRememberASlowAnswerForLonger() {
    var made = keys.make();
    keys.slowDown(Duration.ofMillis(900));
    assertThat(keys.authenticate(made.plain())).isInstanceOf(Authentication.Accepted.class);
    keys.slowDown(Duration.ZERO);
    keys.service().revoke(Actor.COMMAND_LINE, made.key().id().toString(), null);

    keys.pass(Duration.ofMillis(100));

    assertThat(code(keys.authenticate(made.plain()))).isEqualTo("KEY_REVOKED");
  }

  @Test
  void asksOnceForManyWhoWait() throws Exception {
    var made = keys.make();
    var holder = POSTGRES.connect();
    holder.setAutoCommit(false);
    holder.createStatement().execute("LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE");
    var accepted = new AtomicInteger();
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < 50; i++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                if (keys.authenticate(made.plain()) instanceof Authentication.Accepted) {
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
    assertThat(keys.statements()).isEqualTo(1);
  }

  @Test
  void keysSeenWithinASecondGoOnWithoutADatabase() {
    var made = keys.make();
    keys.authenticate(made.plain());
    keys.takeDatabaseAway(true);

    keys.pass(Duration.ofMillis(900));
    assertThat(keys.authenticate(made.plain())).isInstanceOf(Authentication.Accepted.class);
    assertThat(keys.authenticate(ADMIN_KEY)).isInstanceOf(Authentication.Accepted.class);
    keys.pass(Duration.ofMillis(100));

    assertThatThrownBy(() -> keys.authenticate(made.plain())).matches(DatabaseErrors::isAway);
    keys.takeDatabaseAway(false);
    assertThat(keys.authenticate(made.plain())).isInstanceOf(Authentication.Accepted.class);
  }

  @Test
  void madeUpKeysFromMadeUpAddressesAreForgottenAndGoodOnesAreNot() {
    var good = keys.make().plain();
    keys.authenticate(good);
    var before = keys.statements();

    for (int i = 0; i < MADE_UP; i++) {
      var address = "10.%d.%d.%d".formatted(i >> 16, (i >> 8) & 255, i & 255);
      assertThat(code(keys.authenticate(KeyFormat.random(), address))).isEqualTo("UNAUTHORIZED");
    }

    assertThat(keys.known().remembered()).isLessThanOrEqualTo(KnownKeys.MOST_REMEMBERED + 1);
    assertThat(keys.failures().remembered())
        .isLessThanOrEqualTo(FailedAuthentications.MOST_ADDRESSES);
    var asked = keys.statements();
    assertThat(asked - before).isEqualTo(MADE_UP);
    assertThat(keys.authenticate(good)).isInstanceOf(Authentication.Accepted.class);
    assertThat(keys.statements()).isEqualTo(asked);
  }

  @Test
  void remembersForASecondThatThereIsNone() {
    var unknown = KeyFormat.random();
    keys.authenticate(unknown);
    keys.authenticate(unknown);
    assertThat(keys.statements()).isEqualTo(1);

    keys.pass(Duration.ofSeconds(1));
    keys.authenticate(unknown);

    assertThat(keys.statements()).isEqualTo(2);
  }
}
