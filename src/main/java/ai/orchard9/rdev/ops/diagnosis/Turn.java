package ai.orchard9.rdev.ops.diagnosis;

import ai.orchard9.rdev.error.ApiException;
import java.util.concurrent.atomic.AtomicReference;

/// Lets one in at a time.
final class Turn {
  private final AtomicReference<String> holder = new AtomicReference<>("");

  /// Takes it; [#giveBack] must follow.
  ///
  /// @throws ApiException.Conflict somebody has it
  void take(String name) {
    var other = holder.compareAndExchange("", name);
    if (!other.isEmpty()) {
      throw new ApiException.Conflict("a " + other + " is being taken; one at a time");
    }
  }

  void giveBack() {
    holder.set("");
  }
}
