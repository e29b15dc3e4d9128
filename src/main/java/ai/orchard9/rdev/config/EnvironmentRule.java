package ai.orchard9.rdev.config;

import io.dropwizard.util.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// What one environment variable may hold. Checked before the configuration is read, so that a
/// wrong value is told by the name that the operator set, not by a place inside `config.yml`.
///
/// @param name of the variable
/// @param allowed in words
/// @param isSecret whether its value must not be shown
public record EnvironmentRule(
    String name, String allowed, boolean isSecret, Predicate<String> accepts) {

  /// An integer in a range.
  public static EnvironmentRule number(String name, long least, long most) {
    return new EnvironmentRule(
        name,
        "an integer from " + least + " to " + most,
        false,
        text -> isNumber(text, least, most));
  }

  /// A time with its unit, at least one second.
  public static EnvironmentRule duration(String name) {
    return new EnvironmentRule(
        name,
        "a time with its unit, at least 1s, as 30s, 10m or 1h",
        false,
        EnvironmentRule::isTime);
  }

  /// One of some words.
  public static EnvironmentRule oneOf(String name, String... words) {
    return new EnvironmentRule(
        name, String.join(" or ", words), false, text -> Arrays.asList(words).contains(text));
  }

  /// Anything that a parser takes without an exception.
  public static EnvironmentRule parsed(String name, String allowed, Predicate<String> accepts) {
    return new EnvironmentRule(name, allowed, false, accepts);
  }

  /// A value that is never shown.
  public static EnvironmentRule secret(String name, String allowed, Predicate<String> accepts) {
    return new EnvironmentRule(name, allowed, true, accepts);
  }

  /// What is wrong in that environment, one line per variable; empty if nothing is. Blank values
  /// count as absent.
  public static Optional<String> complaints(
      Iterable<EnvironmentRule> rules, Map<String, String> environment) {
    var lines =
        StreamSupport.stream(rules.spliterator(), false)
            .filter(rule -> !environment.getOrDefault(rule.name, "").isBlank())
            .filter(rule -> !rule.isKept(environment.getOrDefault(rule.name, "")))
            .map(rule -> rule.complaint(environment.getOrDefault(rule.name, "")))
            .collect(Collectors.joining("\n"));
    return lines.isEmpty() ? Optional.empty() : Optional.of(lines);
  }

  private boolean isKept(String value) {
    try {
      return accepts.test(value);
    } catch (RuntimeException refused) {
      return false;
    }
  }

  private String complaint(String value) {
    return name + "=" + (isSecret ? "(hidden)" : value) + ": must be " + allowed;
  }

  private static boolean isNumber(String text, long least, long most) {
    var number = Long.parseLong(text);
    return number >= least && number <= most;
  }

  private static boolean isTime(String text) {
    return Duration.parse(text).toMilliseconds() >= 1000;
  }
}
