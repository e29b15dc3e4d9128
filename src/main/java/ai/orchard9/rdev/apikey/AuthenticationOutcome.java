package ai.orchard9.rdev.apikey;

import java.util.Locale;

/// What became of a presented key, as metrics and logs name it.
enum AuthenticationOutcome {
  ACCEPTED,
  MALFORMED,
  UNKNOWN,
  REVOKED,
  EXPIRED,
  ADDRESS_NOT_ALLOWED,
  /// Failing like the others, and one too many from its address.
  LIMITED;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
