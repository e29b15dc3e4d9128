package ai.orchard9.rdev.webhook;

import java.util.Locale;

/// What becomes of a delivery after a claim.
enum Outcome {
  /// The receiver has it.
  DELIVERED,
  /// It is tried again.
  RETRYING,
  /// It is given up.
  FAILED,
  /// Nothing is known of it: whoever comes next sends it.
  RELEASED;

  /// As in the database and in metrics.
  String wire() {
    return name().toLowerCase(Locale.ROOT);
  }
}
