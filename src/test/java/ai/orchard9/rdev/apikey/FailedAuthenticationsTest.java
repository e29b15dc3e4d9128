package ai.orchard9.rdev.apikey;

import static ai.orchard9.rdev.apikey.PresentedKeys.code;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Authentication;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Who fails too often is told so, and nothing else.
final class FailedAuthenticationsTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  @RegisterExtension final PresentedKeys keys = new PresentedKeys(POSTGRES);

  @Test
  void garbageCostsNoStatementAndNoMemoryAndDoesNotHurtAGoodKey() {
    var good = keys.make().plain();
    keys.authenticate(good);

    for (int i = 0; i < 100_000; i++) {
      var garbage = "rdev_sk_%08x_%038d".formatted(i, i);
      var code = code(keys.authenticate(garbage));
      assertThat(code)
          .isEqualTo(
              i < FailedAuthentications.MOST_FAILURES ? "UNAUTHORIZED" : "TOO_MANY_REQUESTS");
    }

    assertThat(keys.authenticate(good)).isInstanceOf(Authentication.Accepted.class);
    assertThat(keys.statements()).isEqualTo(1);
    assertThat(keys.known().remembered()).isEqualTo(1);
    assertThat(keys.failures().remembered()).isEqualTo(1);
    assertThat(keys.outcomes("malformed")).isEqualTo(20);
    assertThat(keys.outcomes("limited")).isEqualTo(99_980);
    assertThat(keys.outcomes("accepted")).isEqualTo(2);
  }

  @Test
  void letsAnAddressFailTwentyTimesAMinute() {
    for (int i = 0; i < 20; i++) {
      assertThat(code(keys.authenticate("x"))).isEqualTo("UNAUTHORIZED");
      keys.pass(Duration.ofSeconds(1));
    }

    var limited = (Authentication.Refused) keys.authenticate("x");

    assertThat(((ApiException.TooManyRequests) limited.reason()).retryAfterSeconds()).isEqualTo(40);
    assertThat(code(keys.authenticate("x", "192.0.2.2"))).isEqualTo("UNAUTHORIZED");
    keys.pass(Duration.ofSeconds(40));
    assertThat(code(keys.authenticate("x"))).isEqualTo("UNAUTHORIZED");
    assertThat(code(keys.authenticate("x"))).isEqualTo("TOO_MANY_REQUESTS");
  }

  @Test
  void countsANetworkOfV6AsOneAddress() {
    for (int i = 0; i < 20; i++) {
      keys.authenticate("x", "2001:db8:0:1:0:0:0:" + Integer.toHexString(i + 1));
    }

    assertThat(code(keys.authenticate("x", "2001:db8:0:1:ffff:0:0:1")))
        .isEqualTo("TOO_MANY_REQUESTS");
    assertThat(code(keys.authenticate("x", "2001:db8:0:2:0:0:0:1"))).isEqualTo("UNAUTHORIZED");
  }

  @Test
  void everyRefusalCountsAsAFailure() {
    var revoked = keys.make();
    var elsewhere = keys.make();
    POSTGRES.jdbi().useHandle(it -> it.execute("UPDATE api_keys SET allowed_ips = '{10.0.0.1}'"));
    keys.service().revoke(Actor.COMMAND_LINE, revoked.key().id().toString(), null);
    for (int i = 0; i < 5; i++) {
      keys.authenticate("x");
      keys.authenticate(KeyFormat.random());
      keys.authenticate(revoked.plain());
      keys.authenticate(elsewhere.plain());
    }

    assertThat(code(keys.authenticate(revoked.plain()))).isEqualTo("TOO_MANY_REQUESTS");
    assertThat(code(keys.authenticate(elsewhere.plain()))).isEqualTo("TOO_MANY_REQUESTS");
  }
}
