package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.error.ApiException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What a task was called with, by name. Each name is one that the task takes, and is there once.
public final class Arguments {
  static final String DRY_RUN = "dry_run";

  /// Ids are names of folders or values of labels.
  private static final Pattern PROJECT_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  private final Map<String, String> values;

  private Arguments(Map<String, String> values) {
    this.values = values;
  }

  /// Reads a call's parameters.
  ///
  /// @throws ApiException.BadRequest one is unknown, there twice, has control characters, or
  ///   `dry_run` is neither true nor false
  ///
  /// @param usage how to call it, as [AdminTask#usage] says
  public static Arguments of(Map<String, String[]> parameters, List<String> usage) {
    var known =
        usage.stream().map(it -> it.substring(0, it.indexOf('='))).collect(Collectors.toSet());
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
  public Map<String, String> values() {
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

  /// One of them that names a project, whether it is there or not.
  ///
  /// @throws ApiException.BadRequest it can be no project's id
  public Optional<String> project(String name) {
    var project = find(name);
    if (project.isPresent() && !PROJECT_ID.matcher(project.get()).matches()) {
      throw ApiException.badField(name, "must be the id of a project");
    }
    return project;
  }

  /// One of them that is a number.
  ///
  /// @throws ApiException.BadRequest it is none, or outside
  public Optional<Long> number(String name, long least, long most) {
    return find(name).map(it -> number(name, it, least, most));
  }

  private static long number(String name, String text, long least, long most) {
    // No sign and no more digits than fit: what people write, and nothing else that Java would
    // take.
    var number = text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    if (number < least || number > most) {
      throw ApiException.badField(name, "must be an integer from " + least + " to " + most);
    }
    return number;
  }

  /// One of them that is a time.
  ///
  /// @throws ApiException.BadRequest it is none
  public Optional<Duration> duration(String name) {
    return find(name).map(it -> duration(name, it));
  }

  private static Duration duration(String name, String text) {
    try {
      return io.dropwizard.util.Duration.parse(text).toJavaDuration();
    } catch (IllegalArgumentException unreadable) {
      throw ApiException.badField(name, "must be a time with its unit, as 30m");
    }
  }

  /// Refuses this one when there is another beside it.
  ///
  /// @throws ApiException.BadRequest there is
  public void alone(String name) {
    for (var other : values.keySet()) {
      if (!other.equals(name) && !other.equals(DRY_RUN)) {
        throw ApiException.badField(name, "takes nothing beside it");
      }
    }
  }

  private static String printable(String name) {
    var clean = name.replaceAll("[^\\x21-\\x7e]", "?");
    return clean.length() <= 64 ? clean : clean.substring(0, 64) + "…";
  }
}
