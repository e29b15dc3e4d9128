package ai.orchard9.rdev.webhook;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What somebody asked of a webhook, checked. Public only because JDBI reads it by reflection.
///
/// @param url as it was given
/// @param target the same as it is dialled
/// @param projectIds null: all
public record Subscription(
    String url,
    String target,
    List<String> events,
    @Nullable List<String> projectIds,
    @Nullable String description,
    boolean enabled) {

  public Subscription {
    events = List.copyOf(events);
    projectIds = projectIds == null ? null : List.copyOf(projectIds);
  }
}
