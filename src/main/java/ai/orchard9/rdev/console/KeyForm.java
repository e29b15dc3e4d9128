package ai.orchard9.rdev.console;

import ai.orchard9.rdev.apikey.ApiKey;
import ai.orchard9.rdev.apikey.NewKeyRequest;
import ai.orchard9.rdev.http.ErrorBody;
import jakarta.ws.rs.core.MultivaluedMap;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A key to be made, as its form has it: all as text. Public only because Thymeleaf reads it.
///
/// @param error why it was refused; null: it was not
/// @param faults what is wrong with which field
public record KeyForm(
    String name,
    List<String> scopes,
    String projects,
    List<String> types,
    String addresses,
    String expires,
    String rps,
    String turns,
    String tokens,
    String cost,
    @Nullable String error,
    Map<String, String> faults) {

  /// For who may give everything.
  static final KeyForm EMPTY =
      new KeyForm("", List.of(), "", List.of(), "", "90d", "", "", "", "", null, Map.of());

  /// Lifetimes in days that a form proposes where they are not too long, the best one first.
  private static final List<Integer> DAYS = List.of(90, 60, 30);

  /// A number that is none, and none that any field takes: it is refused with the others.
  private static final int NONE = -1;

  /// Narrowed as that key is, for it can give no more.
  static KeyForm within(ApiKey key) {
    return like(key, List.of());
  }

  /// The same as that key.
  static KeyForm like(ApiKey key) {
    return like(key, key.scopes());
  }

  private static KeyForm like(ApiKey key, List<String> scopes) {
    return new KeyForm(
        "",
        scopes,
        text(key.projectIds()),
        Objects.requireNonNullElse(key.commandTypes(), List.of()),
        text(key.allowedIps()),
        expires(key.expiresAt(), key.asOf()),
        text(key.rateLimitRps()),
        text(key.maxTurns()),
        text(key.maxTokens()),
        text(key.maxCostUsd()),
        null,
        Map.of());
  }

  private static String text(@Nullable List<String> values) {
    return values == null ? "" : String.join(", ", values);
  }

  private static String text(@Nullable Number number) {
    return Objects.toString(number, "");
  }

  /// Not longer than the key that gives.
  private static String expires(@Nullable Instant end, Instant now) {
    if (end == null) {
      return EMPTY.expires();
    }
    var left = Duration.between(now, end);
    return DAYS.stream()
        .filter(it -> left.compareTo(Duration.ofDays(it)) > 0)
        .findFirst()
        .map(it -> it + "d")
        .orElseGet(() -> Math.max(1, left.toHours()) + "h");
  }

  /// As it was sent.
  static KeyForm of(MultivaluedMap<String, String> form) {
    return new KeyForm(
        sent(form, "name"),
        form.getOrDefault("scopes", List.of()),
        sent(form, "project_ids"),
        form.getOrDefault("command_types", List.of()),
        sent(form, "allowed_ips"),
        sent(form, "expires_in"),
        sent(form, "rate_limit_rps"),
        sent(form, "max_turns"),
        sent(form, "max_tokens"),
        sent(form, "max_cost_usd"),
        null,
        Map.of());
  }

  private static String sent(MultivaluedMap<String, String> form, String name) {
    return Objects.requireNonNullElse(form.getFirst(name), "");
  }

  /// The same with what is wrong with it.
  KeyForm refused(ErrorBody.Detail error) {
    var faults = new LinkedHashMap<String, String>();
    error
        .details()
        .forEach(
            it -> {
              var entry = it.field().indexOf('[');
              var field = entry < 0 ? it.field() : it.field().substring(0, entry);
              faults.merge(field, it.message(), (first, _) -> first);
            });
    return new KeyForm(
        name,
        scopes,
        projects,
        types,
        addresses,
        expires,
        rps,
        turns,
        tokens,
        cost,
        error.message(),
        faults);
  }

  /// What it asks for. What was left empty was not asked for.
  NewKeyRequest request() {
    return new NewKeyRequest(
        name,
        listed(scopes),
        split(projects),
        listed(types),
        split(addresses),
        Paging.given(expires),
        number(rps, Integer::valueOf, NONE),
        number(turns, Integer::valueOf, NONE),
        number(tokens, Long::valueOf, (long) NONE),
        number(cost, Double::valueOf, (double) NONE));
  }

  private static @Nullable List<@Nullable String> listed(List<String> values) {
    return values.isEmpty() ? null : new ArrayList<>(values);
  }

  /// Of commas only there is no entry, which is refused: it must not become a key for everything.
  private static @Nullable List<@Nullable String> split(String text) {
    return text.isBlank()
        ? null
        : Arrays.stream(text.split("[,\\r\\n]"))
            .map(String::strip)
            .filter(it -> !it.isEmpty())
            .<@Nullable String>map(it -> it)
            .toList();
  }

  private static <T> @Nullable T number(String text, Function<String, T> parse, T none) {
    try {
      var given = Paging.given(text);
      return given == null ? null : parse.apply(given);
    } catch (NumberFormatException malformed) {
      return none;
    }
  }
}
