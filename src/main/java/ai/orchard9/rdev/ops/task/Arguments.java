package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.error.ApiException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What a task was called with, by name. Each name is one that the task takes, and is there once.
public final class Arguments {
  static final String DRY_RUN = "dry_run";

  private final Map<String, String> values;

  private Arguments(Map<String, String> values) {
    this.values = values;
  }

  /// Reads a call's parameters.
  ///
  /// @throws ApiException.BadRequest one is unknown, there twice, has control characters, or
  ///   `dry_run` is neither true nor false
  static Arguments of(Map<String, String[]> parameters, AdminTask task) {
    var known =
        task.usage().stream()
            .map(it -> it.substring(0, it.indexOf('=')))
            .collect(Collectors.toSet());
    var values = new TreeMap<String, String>();
    parameters.forEach(
        (name, given) -> {
          if (!known.contains(name) && !name.equals(DRY_RUN)) {
            throw ApiException.badField(printable(name), "is no argument of this task");
          }
          if (given.length != 1) {
            throw ApiException.badField(name, "is there more than once");
          }
          if (given[0].chars().anyMatch(Character::isISOControl)) {
            throw ApiException.badField(name, "must have no control characters");
          }
          values.put(name, given[0].strip());
        });
    var arguments = new Arguments(Collections.unmodifiableMap(values));
    arguments.oneOf(DRY_RUN, List.of("true", "false"));
    return arguments;
  }

  /// All of them, for the record.
  Map<String, String> values() {
    return values;
  }

  /// Whether it is only to say what it would do.
  public boolean isDryRun() {
    return "true".equals(values.get(DRY_RUN));
  }

  /// One of them.
  public Optional<String> find(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /// One of them that allows only some values.
  ///
  /// @throws ApiException.BadRequest it is something else
  public Optional<String> oneOf(String name, List<String> allowed) {
    var value = find(name);
    if (value.isPresent() && !allowed.contains(value.get())) {
      throw ApiException.badField(name, "must be " + String.join(" or ", allowed));
    }
    return value;
  }

  private static String printable(String name) {
    var clean = name.replaceAll("[^\\x21-\\x7e]", "?");
    return clean.length() <= 64 ? clean : clean.substring(0, 64) + "…";
  }
}
