package ai.orchard9.rdev.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.error.ApiException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Nobody gives what they lack. Columns: the field, what the giver has, what is to be given, and
/// whether that is refused; `-` is: not limited.
final class PowersTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final int DEFAULT_RPS = 10;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "scopes | keys:write | keys:write | given",
        "scopes | keys:write | keys:read | refused",
        "scopes | keys:write | projects:read | refused",
        "scopes | keys:write projects:execute | projects:read projects:execute | given",
        "scopes | keys:write projects:read | projects:execute | refused",
        "scopes | keys:write keys:read audit:read | admin | refused",
        "scopes | admin | admin audit:read webhooks:write | given",
        "scopes | admin | from:the-future | given",
        "scopes | keys:write | from:the-future | refused",
        "project_ids | - | - | given",
        "project_ids | - | a b | given",
        "project_ids | a b | b | given",
        "project_ids | a b | b a | given",
        "project_ids | a | a b | refused",
        "project_ids | a | b | refused",
        "project_ids | a | - | refused",
        "command_types | - | - | given",
        "command_types | git | git | given",
        "command_types | git | git shell | refused",
        "command_types | git shell claude | - | refused",
        "allowed_ips | - | - | given",
        "allowed_ips | 10.0.0.0/8 | 10.1.2.3 | given",
        "allowed_ips | 10.0.0.0/8 | 10.1.0.0/16 10.2.0.0/16 | given",
        "allowed_ips | 10.0.0.0/8 | 10.1.0.0/16 11.0.0.0/16 | refused",
        "allowed_ips | 10.0.0.0/8 | 0.0.0.0/0 | refused",
        "allowed_ips | 10.0.0.0/8 | ::/0 | refused",
        "allowed_ips | 10.0.0.0/8 | ::ffff:10.0.0.1 | given",
        "allowed_ips | 0.0.0.0/0 | - | refused",
        "expires_in | - | never | given",
        "expires_in | - | 1y | given",
        "expires_in | 60d | 30d | given",
        "expires_in | 60d | 60d | given",
        "expires_in | 60d | 90d | refused",
        "expires_in | 60d | never | refused",
        "expires_in | 60d | - | refused",
        "rate_limit_rps | 50 | 50 | given",
        "rate_limit_rps | 50 | 51 | refused",
        // No limit of its own is the server's limit, which may become higher than 50.
        "rate_limit_rps | 50 | - | refused",
        "rate_limit_rps | - | - | given",
        "rate_limit_rps | - | 10 | given",
        "rate_limit_rps | - | 11 | refused",
        "max_turns | - | 9 | given",
        "max_turns | 5 | 5 | given",
        "max_turns | 5 | 6 | refused",
        "max_turns | 5 | - | refused",
        "max_tokens | 5000000000 | 4999999999 | given",
        "max_tokens | 5000000000 | 5000000001 | refused",
        "max_tokens | 5000000000 | - | refused",
        "max_cost_usd | 1.5 | 1.5 | given",
        "max_cost_usd | 1.5 | 1.51 | refused",
        "max_cost_usd | 1.5 | - | refused",
      })
  void nobodyGivesWhatTheyLack(String field, String held, String wanted, String outcome) {
    var giver = Powers.of(key(field, held, "keys:write"), NOW);
    var given = Powers.of(key(field, wanted, "keys:write"), NOW);

    assertThat(giver.lacking(given, DEFAULT_RPS))
        .isEqualTo(outcome.equals("given") ? List.of() : List.of(field));
  }

  /// `admin` is a scope: it implies the others, and lifts no other limit.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "project_ids | a | -",
        "project_ids | a | b",
        "command_types | git | shell",
        "allowed_ips | 10.0.0.1 | -",
        "expires_in | 30d | 60d",
        "rate_limit_rps | 50 | 51",
        "max_turns | 5 | 6",
        "max_tokens | 5 | 6",
        "max_cost_usd | 5 | 6",
      })
  void adminsGiveNoMoreThanTheyHaveEither(String field, String held, String wanted) {
    var giver = Powers.of(key(field, held, "admin"), NOW);
    var given = Powers.of(key(field, wanted, "admin"), NOW);

    assertThat(giver.lacking(given, DEFAULT_RPS)).isEqualTo(List.of(field));
  }

  @ParameterizedTest
  @CsvSource({"1", "10000"})
  void adminsWithoutALimitGiveAny(int rps) {
    var giver = Powers.of(key("rate_limit_rps", "-", "admin"), NOW);
    var given = Powers.of(key("rate_limit_rps", String.valueOf(rps), "projects:read"), NOW);

    assertThat(giver.lacking(given, DEFAULT_RPS)).isEmpty();
    assertThat(Powers.ALL.lacking(given, DEFAULT_RPS)).isEmpty();
  }

  /// What a request with that one field more turns into.
  private static NewKey key(String field, String value, String scope) {
    var text = value.equals("-") ? null : value;
    Function<String, @Nullable String> of = name -> name.equals(field) ? text : null;
    var scopes = field.equals("scopes") ? List.of(value.split(" ", -1)) : List.of(scope);
    return new NewKey(
        "key",
        scopes,
        words(of.apply("project_ids")),
        words(of.apply("command_types")),
        words(of.apply("allowed_ips")),
        Lifetimes.expiresIn(of.apply("expires_in")).orElse(null),
        number(of.apply("rate_limit_rps"), Integer::valueOf),
        number(of.apply("max_turns"), Integer::valueOf),
        number(of.apply("max_tokens"), Long::valueOf),
        number(of.apply("max_cost_usd"), Double::valueOf));
  }

  private static @Nullable List<String> words(@Nullable String text) {
    return text == null ? null : Arrays.asList(text.split(" ", -1));
  }

  private static <T> @Nullable T number(@Nullable String text, Function<String, T> parse) {
    return text == null ? null : parse.apply(text);
  }

  @ParameterizedTest
  @CsvSource({"24h, PT24H", "0s, PT0S", "30m, PT30M", "90d, PT2160H", "1h, PT1H"})
  void takesGraces(String grace, Duration expected) {
    assertThat(Lifetimes.grace(grace)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"24", "91d", "-1h", "1w", "1.5h", "99999999s", "h", "''"})
  void refusesOtherGraces(String grace) {
    Assertions.assertThatThrownBy(() -> Lifetimes.grace(grace))
        .isInstanceOf(IllegalArgumentException.class)
        .isNotInstanceOf(ApiException.class);
  }
}
