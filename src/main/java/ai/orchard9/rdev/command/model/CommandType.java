package ai.orchard9.rdev.command.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What kind of program a command runs.
public enum CommandType {
  SHELL,
  GIT,
  CLAUDE;

  /// The name in JSON and in the database.
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Reads a name.
  ///
  /// @throws IllegalArgumentException when there is none of that name
  @JsonCreator
  public static CommandType of(String wire) {
    return find(wire).orElseThrow(() -> new IllegalArgumentException("unknown: " + wire));
  }

  /// The type of that name.
  public static Optional<CommandType> find(String wire) {
    return Arrays.stream(values()).filter(it -> it.wire().equals(wire)).findFirst();
  }
}
