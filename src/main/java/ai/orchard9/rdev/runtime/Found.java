package ai.orchard9.rdev.runtime;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// One project as the runtime sees it now.
///
/// @param name what people call it; the id where nobody named it
/// @param startedAt since when it is there
/// @param warnings sentences for people, such as that a second pod claims the same id
public record Found(
    Place place,
    String name,
    Status status,
    Instant startedAt,
    Map<String, String> labels,
    Map<String, String> annotations,
    List<String> warnings) {
  public Found {
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
    warnings = List.copyOf(warnings);
  }
}
