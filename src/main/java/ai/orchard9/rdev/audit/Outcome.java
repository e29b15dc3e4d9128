package ai.orchard9.rdev.audit;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How it went.
public enum Outcome {
  ALLOWED,
  DENIED,
  FAILED;

  /// As in JSON and in the database.
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The outcome of that name on the wire.
  public static Optional<Outcome> find(String wire) {
    return Arrays.stream(values()).filter(it -> it.wire().equals(wire)).findFirst();
  }
}
