package ai.orchard9.rdev.audit;

import ai.orchard9.rdev.http.Caller;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Who did it.
///
/// @param keyId the key that was used; null for one without a row, and where none was used
/// @param keyName its name, or that of the part of the service
public record Actor(@Nullable UUID keyId, String keyName, Kind kind) {

  /// By what right.
  public enum Kind {
    /// A key of the API.
    KEY,
    /// `RDEV_ADMIN_KEY`.
    ADMIN_KEY,
    /// Somebody at the admin port.
    OPERATOR,
    /// Somebody at the command line.
    COMMAND_LINE,
    /// The service by itself, on behalf of a key where one is named.
    SYSTEM;

    /// As in JSON and in the database.
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Kind> find(String wire) {
      return Arrays.stream(values()).filter(it -> it.wire().equals(wire)).findFirst();
    }
  }

  /// Somebody at the admin port.
  public static final Actor OPERATOR = new Actor(null, "operator", Kind.OPERATOR);

  /// Somebody at the command line.
  public static final Actor COMMAND_LINE = new Actor(null, "command line", Kind.COMMAND_LINE);

  /// Who holds this key.
  public static Actor of(Caller caller) {
    return new Actor(
        caller.keyId(), caller.keyName(), caller.keyId() == null ? Kind.ADMIN_KEY : Kind.KEY);
  }
}
