package ai.orchard9.rdev;

import ai.orchard9.rdev.config.Secret;
import ai.orchard9.rdev.execution.ClaudeConfig;
import io.dropwizard.util.Duration;
import jakarta.validation.constraints.NotBlank;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How the Claude Code CLI is run.
///
/// @param command its program and arguments that come before those of a run, separated by blanks
/// @param variables set in its environment
/// @param allowedEnvironment names that requests may set for it, separated by commas
/// @param tools that a run may use when its request names none, separated by commas
/// @param resultGrace how long it may take to end after its result
/// @param stallTimeout after how long a silence an event tells it; 0s: never
public record ClaudeSettings(
    @NotBlank String command,
    Map<String, Secret<String>> variables,
    String allowedEnvironment,
    String tools,
    Duration resultGrace,
    Duration stallTimeout) {

  static final ClaudeSettings DEFAULT =
      new ClaudeSettings(
          "claude",
          Map.of(),
          "",
          "Bash,Edit,Glob,Grep,Read,Write",
          Duration.seconds(10),
          Duration.seconds(0));

  public ClaudeSettings {
    variables = Map.copyOf(variables);
    variables.keySet().forEach(ClaudeSettings::checkName);
  }

  private static void checkName(String name) {
    if (!name.matches("[A-Za-z_][A-Za-z0-9_]*") || name.startsWith("RDEV_")) {
      throw new IllegalArgumentException(
          "claude.variables: a name must match [A-Za-z_][A-Za-z0-9_]* and not begin with RDEV_");
    }
  }

  Set<String> allowedNames() {
    return Stream.of(allowedEnvironment.split(",", -1))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .collect(Collectors.toUnmodifiableSet());
  }

  ClaudeConfig config() {
    var values = new LinkedHashMap<String, String>();
    variables.forEach(
        (name, value) -> {
          if (!value.value().isEmpty()) {
            values.put(name, value.value());
          }
        });
    return new ClaudeConfig(
        List.of(command.strip().split("\\s+")),
        values,
        tools,
        resultGrace.toJavaDuration(),
        stallTimeout.toJavaDuration());
  }
}
