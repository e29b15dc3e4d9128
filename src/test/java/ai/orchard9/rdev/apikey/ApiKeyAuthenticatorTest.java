package ai.orchard9.rdev.apikey;

import static ai.orchard9.rdev.apikey.PresentedKeys.ADMIN_KEY;
import static ai.orchard9.rdev.apikey.PresentedKeys.code;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.http.Authentication;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who is let in, and what the others are told.
final class ApiKeyAuthenticatorTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  @RegisterExtension final PresentedKeys keys = new PresentedKeys(POSTGRES);

  @Test
  void acceptsTheAdminKeyWithoutAskingTheDatabase() {
    assertThat(keys.authenticate(ADMIN_KEY))
        .isEqualTo(new Authentication.Accepted(Caller.admin("admin", "admin")));
    assertThat(keys.statements()).isZero();
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
    assertThat(code(keys.authenticate(key))).isEqualTo("UNAUTHORIZED");
    assertThat(keys.statements()).isZero();
  }

  @Test
  void tellsTheCallerWhatTheKeyMay() {
    var made =
        keys.service()
            .create(
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

    var caller = caller(keys.authenticate(made.plain()));

    assertThat(caller.keyId()).isEqualTo(made.key().id());
    assertThat(caller.mayUse("demo")).isTrue();
    assertThat(caller.mayUse("other")).isFalse();
    assertThat(caller.mayRun("git")).isTrue();
    assertThat(caller.mayRun("shell")).isFalse();
    assertThat(caller.rateLimitRps()).contains(7);
    assertThat(caller.deprecatedUntil()).isEmpty();
    assertThat(code(keys.authenticate(made.plain(), "192.0.3.1"))).isEqualTo("IP_NOT_ALLOWED");
    assertThat(code(keys.authenticate(made.plain(), "2001:db8:0:0:0:0:0:1")))
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
    var made = keys.make();
    POSTGRES.jdbi().useHandle(it -> it.execute("UPDATE api_keys SET " + state));

    var refused = keys.authenticate(made.plain());

    assertThat(code(refused)).isEqualTo(expected);
    assertThat(((Authentication.Refused) refused).caller()).isNotNull();
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
      keys.authenticate(key);
    }
    return System.nanoTime() - before;
  }

  private static Caller caller(Authentication authentication) {
    return ((Authentication.Accepted) authentication).caller();
  }
}
