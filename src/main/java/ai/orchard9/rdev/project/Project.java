package ai.orchard9.rdev.project;

import ai.orchard9.rdev.runtime.Place;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What may be worked in.
///
/// @param status `running`, `pending`, `failed`, `terminating` or `unknown`
/// @param place where its sessions open
public record Project(
    String id,
    String name,
    String status,
    @Nullable String podName,
    Instant lastSeen,
    Map<String, String> labels,
    Map<String, String> annotations,
    List<String> warnings,
    Place place) {

  /// Whether commands can start in it now.
  public boolean isRunning() {
    return status.equals("running");
  }
}
