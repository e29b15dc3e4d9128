package ai.orchard9.rdev.command.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How soon a command is wanted. `urgent` needs the scope `admin`.
public enum Priority {
  LOW(0),
  NORMAL(1),
  HIGH(2),
  URGENT(3);

  private final int level;

  Priority(int level) {
    this.level = level;
  }

  /// How many steps of waiting it is worth.
  public int level() {
    return level;
  }

  /// The name in JSON and in the database.
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Reads a name.
  ///
  /// @throws IllegalArgumentException when there is none of that name
  @JsonCreator
  public static Priority of(String wire) {
    return find(wire).orElseThrow(() -> new IllegalArgumentException("unknown: " + wire));
  }

  /// The priority of that name.
  public static Optional<Priority> find(String wire) {
    return Arrays.stream(values()).filter(it -> it.wire().equals(wire)).findFirst();
  }
}
