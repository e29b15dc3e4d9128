package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.FieldError;
import ai.orchard9.rdev.http.AddressRange;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Turns a request into a [NewKey], or names every field at fault at once. Bounds are the
/// contract's (section 3), or keep a row small.
final class NewKeyRules {
  private static final int LONGEST_NAME = 255;
  private static final int LONGEST_PROJECT = 253;
  private static final int MOST_ENTRIES = 200;
  private static final int MOST_TURNS = 1_000_000;
  private static final long MOST_TOKENS = 1_000_000_000_000L;
  private static final double MOST_USD = 1_000_000;
  private static final List<String> COMMAND_TYPES = List.of("shell", "git", "claude");

  private final List<FieldError> errors = new ArrayList<>();

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
            entries("project_ids", request.projectIds(), NewKeyRules::project),
            entries("command_types", request.commandTypes(), NewKeyRules::commandType),
            entries("allowed_ips", request.allowedIps(), it -> AddressRange.parse(it).toString()),
            lifetime(request.expiresIn()),
            within("rate_limit_rps", request.rateLimitRps(), 1, Caller.MOST_RPS),
            within("max_turns", request.maxTurns(), 1, MOST_TURNS),
            within("max_tokens", request.maxTokens(), 1L, MOST_TOKENS),
            within("max_cost_usd", request.maxCostUsd(), Double.MIN_VALUE, MOST_USD));
    if (!errors.isEmpty()) {
      throw new ApiException.BadRequest(errors);
    }
    return key;
  }

  private String name(@Nullable String name) {
    var length = name == null ? 0 : name.codePointCount(0, name.length());
    if (name == null || name.isBlank() || length > LONGEST_NAME || hasControls(name)) {
      refuse("name", "must be 1–255 characters, not all blank, none a control character");
      return "";
    }
    return name;
  }

  private List<String> scopes(@Nullable List<@Nullable String> scopes) {
    var checked = entries("scopes", scopes, NewKeyRules::scope);
    if (scopes == null) {
      refuse("scopes", "must name at least one scope");
    }
    return checked == null ? List.of() : checked;
  }

  /// Once each, in the order given.
  private @Nullable List<String> entries(
      String field, @Nullable List<@Nullable String> values, Function<String, String> check) {
    if (values == null) {
      return null;
    }
    if (values.isEmpty() || values.size() > MOST_ENTRIES) {
      refuse(field, "must have 1–" + MOST_ENTRIES + " entries, or be absent");
    }
    var checked = new LinkedHashSet<String>();
    for (int i = 0; i < values.size() && i < MOST_ENTRIES; i++) {
      var value = values.get(i);
      try {
        if (value == null) {
          throw new IllegalArgumentException("must not be null");
        }
        checked.add(check.apply(value));
      } catch (IllegalArgumentException refused) {
        refuse(field + "[" + i + "]", String.valueOf(refused.getMessage()));
      }
    }
    return List.copyOf(checked);
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

  private static String project(String id) {
    if (id.isBlank() || id.length() > LONGEST_PROJECT || hasControls(id)) {
      throw new IllegalArgumentException("must be the id of a project, 1–253 characters");
    }
    return id;
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
      refuse("expires_in", String.valueOf(refused.getMessage()));
      return null;
    }
  }

  private <T extends Comparable<T>> @Nullable T within(
      String field, @Nullable T value, T least, T most) {
    if (value != null && (value.compareTo(least) < 0 || value.compareTo(most) > 0)) {
      var from = least instanceof Double ? "more than 0, at most " : least + "–";
      refuse(field, "must be " + from + (most instanceof Double usd ? usd.longValue() : most));
    }
    return value;
  }

  private void refuse(String field, String message) {
    errors.add(new FieldError(field, message));
  }

  private static boolean hasControls(String text) {
    return text.codePoints().anyMatch(Character::isISOControl);
  }
}
