package ai.orchard9.rdev.command.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Where a command stands. The last three are final and written once.
public enum CommandStatus {
  PENDING,
  RUNNING,
  COMPLETED,
  FAILED,
  CANCELLED;

  /// The name in JSON and in the database.
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Reads a name.
  ///
  /// @throws IllegalArgumentException when there is none of that name
  @JsonCreator
  public static CommandStatus of(String wire) {
    return find(wire).orElseThrow(() -> new IllegalArgumentException("unknown: " + wire));
  }

  /// The status of that name.
  public static Optional<CommandStatus> find(String wire) {
    return Arrays.stream(values()).filter(it -> it.wire().equals(wire)).findFirst();
  }

  /// Whether nothing can change any more.
  public boolean isFinal() {
    return this == COMPLETED || this == FAILED || this == CANCELLED;
  }
}
