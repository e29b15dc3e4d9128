package ai.orchard9.rdev.command;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How soon a command is wanted. `urgent` needs the scope `admin`.
public enum Priority {
  LOW,
  NORMAL,
  HIGH,
  URGENT;

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

  static Optional<Priority> find(String wire) {
    return Arrays.stream(values()).filter(it -> it.wire().equals(wire)).findFirst();
  }
}
