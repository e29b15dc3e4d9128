package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.http.Caller;
import java.util.Optional;

/// Whether keys with open streams are still good. Asked every second for each of them.
@FunctionalInterface
public interface KeyWatch {

  /// `KEY_REVOKED` or `KEY_EXPIRED` for a key that has ended; empty while it is good.
  Optional<String> endOf(Caller caller);
}
