package ai.orchard9.rdev.webhook;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What a webhook can be told.
enum EventType {
  STARTED("command.started", "running"),
  COMPLETED("command.completed", "completed"),
  FAILED("command.failed", "failed"),
  CANCELLED("command.cancelled", "cancelled"),
  /// Only ever sent because somebody asked for it.
  TEST("webhook.test", "");

  private final String wire;
  private final String status;

  EventType(String wire, String status) {
    this.wire = wire;
    this.status = status;
  }

  /// As in JSON and in the database.
  String wire() {
    return wire;
  }

  /// Which one tells that a command has this status; empty: none does.
  static Optional<EventType> ofStatus(String status) {
    return Arrays.stream(values()).filter(it -> it != TEST && it.status.equals(status)).findFirst();
  }

  /// The names that one can subscribe to.
  static List<String> subscribable() {
    return Arrays.stream(values()).filter(it -> it != TEST).map(EventType::wire).toList();
  }

  /// All names that deliveries have.
  static List<String> names() {
    return Arrays.stream(values()).map(EventType::wire).toList();
  }
}
