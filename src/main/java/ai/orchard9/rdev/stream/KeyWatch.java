package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.http.Caller;
import java.util.Map;
import java.util.Set;

/// Whether keys with open streams are still good. Asked twice a second, for all of them at once.
@FunctionalInterface
public interface KeyWatch {

  /// `KEY_REVOKED` or `KEY_EXPIRED` for each key that has ended. May block for a while; must not
  /// guess that one has ended.
  Map<Caller, String> ended(Set<Caller> callers);
}
