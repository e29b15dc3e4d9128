package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.FieldErrors;
import ai.orchard9.rdev.http.AddressRange;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Scope;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Turns a request into a [NewKey], or names every field at fault at once. Bounds are the
/// contract's (section 3), or keep a row small.
final class NewKeyRules {
  private static final int LONGEST_NAME = 255;
  private static final int MOST_TURNS = 1_000_000;
  private static final long MOST_TOKENS = 1_000_000_000_000L;
  private static final double MOST_USD = 1_000_000;
  private static final List<String> COMMAND_TYPES = List.of("shell", "git", "claude");

  private final FieldErrors errors = new FieldErrors();

  private NewKeyRules() {}

  /// @throws ApiException.BadRequest a field is missing or outside
  static NewKey check(NewKeyRequest request) {
    return new NewKeyRules().checked(request);
  }

  private NewKey checked(NewKeyRequest request) {
    var key =
        new NewKey(
            name(request.name()),
            scopes(request.scopes()),
            entries("project_ids", request.projectIds(), FieldErrors::projectId),
            entries("command_types", request.commandTypes(), NewKeyRules::commandType),
            entries("allowed_ips", request.allowedIps(), it -> AddressRange.parse(it).toString()),
            lifetime(request.expiresIn()),
            within("rate_limit_rps", request.rateLimitRps(), 1, Caller.MOST_RPS),
            within("max_turns", request.maxTurns(), 1, MOST_TURNS),
            within("max_tokens", request.maxTokens(), 1L, MOST_TOKENS),
            within("max_cost_usd", request.maxCostUsd(), Double.MIN_VALUE, MOST_USD));
    errors.throwIfAny();
    return key;
  }

  private String name(@Nullable String name) {
    var length = name == null ? 0 : name.codePointCount(0, name.length());
    if (name == null || name.isBlank() || length > LONGEST_NAME || FieldErrors.hasControls(name)) {
      errors.refuse("name", "must be 1–255 characters, not all blank, none a control character");
      return "";
    }
    return name;
  }

  private List<String> scopes(@Nullable List<@Nullable String> scopes) {
    var checked = entries("scopes", scopes, NewKeyRules::scope);
    if (scopes == null) {
      errors.refuse("scopes", "must name at least one scope");
    }
    return checked == null ? List.of() : checked;
  }

  private @Nullable List<String> entries(
      String field, @Nullable List<@Nullable String> values, UnaryOperator<String> check) {
    return values == null ? null : errors.entries(field, values, check);
  }

  private static String scope(String name) {
    return Scope.find(name)
        .map(Scope::wireName)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "must be one of "
                        + Arrays.stream(Scope.values())
                            .map(Scope::wireName)
                            .collect(Collectors.joining(", "))));
  }

  private static String commandType(String type) {
    if (!COMMAND_TYPES.contains(type)) {
      throw new IllegalArgumentException("must be one of " + String.join(", ", COMMAND_TYPES));
    }
    return type;
  }

  private @Nullable Duration lifetime(@Nullable String expiresIn) {
    try {
      return Lifetimes.expiresIn(expiresIn).orElse(null);
    } catch (IllegalArgumentException refused) {
      errors.refuse("expires_in", String.valueOf(refused.getMessage()));
      return null;
    }
  }

  private <T extends Comparable<T>> @Nullable T within(
      String field, @Nullable T value, T least, T most) {
    if (value != null && (value.compareTo(least) < 0 || value.compareTo(most) > 0)) {
      var from = least instanceof Double ? "more than 0, at most " : least + "–";
      errors.refuse(
          field, "must be " + from + (most instanceof Double usd ? usd.longValue() : most));
    }
    return value;
  }
}
