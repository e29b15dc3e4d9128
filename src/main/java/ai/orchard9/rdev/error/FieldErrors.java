package ai.orchard9.rdev.error;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Collects what is wrong with a request, so that all of it can be named at once.
public final class FieldErrors {
  private static final int MOST_ENTRIES = 200;

  private static final int LONGEST_PROJECT = 253;

  private final List<FieldError> errors = new ArrayList<>();

  /// Notes that a field is at fault.
  ///
  /// @param message what is allowed, without repeating the value
  public void refuse(String field, String message) {
    errors.add(new FieldError(field, message));
  }

  /// The checked entries of a list of 1 to 200, once each, in the order given; those at fault are
  /// refused as `field[i]`.
  ///
  /// @param check answers an entry as it is kept, or throws an [IllegalArgumentException] that says
  ///   what is allowed
  public List<String> entries(
      String field, List<@Nullable String> values, UnaryOperator<String> check) {
    if (values.isEmpty() || values.size() > MOST_ENTRIES) {
      refuse(field, "must have 1–" + MOST_ENTRIES + " entries");
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

  /// A check for [#entries]: what may be the id of a project, whether there is one or not.
  public static String projectId(String id) {
    if (id.isBlank() || id.length() > LONGEST_PROJECT || hasControls(id)) {
      throw new IllegalArgumentException("must be the id of a project, 1–253 characters");
    }
    return id;
  }

  /// Whether a text has control characters.
  public static boolean hasControls(String text) {
    return text.codePoints().anyMatch(Character::isISOControl);
  }

  /// To be called at the end.
  ///
  /// @throws ApiException.BadRequest something was refused
  public void throwIfAny() {
    if (!errors.isEmpty()) {
      throw new ApiException.BadRequest(errors);
    }
  }
}
