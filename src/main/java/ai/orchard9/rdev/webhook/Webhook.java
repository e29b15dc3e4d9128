package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.http.Caller;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A subscription as its row tells it, without its secrets.
///
/// @param url as it was given
/// @param target the same as it is dialled
/// @param events as on the wire
/// @param projectIds only what happens in these; null: in all
/// @param disabledReason `requested`, `gone` (the receiver answered 410) or `failing` (nothing but
///   failures for 24 hours); null while it is enabled
/// @param failingSince the first failure after the newest success; null: none
/// @param lastSequence of its newest event; 0: it has none yet
/// @param createdBy id of the key that made it, or `admin_key`
/// @param secretExpiresAt when the last of the replaced secrets stops signing; null: there is none
public record Webhook(
    UUID id,
    String url,
    String target,
    List<String> events,
    @Nullable List<String> projectIds,
    @Nullable String description,
    boolean enabled,
    @Nullable String disabledReason,
    @Nullable Instant disabledAt,
    @Nullable Instant failingSince,
    long lastSequence,
    Instant createdAt,
    String createdBy,
    Instant updatedAt,
    @Nullable Instant deletedAt,
    @Nullable Instant secretExpiresAt) {

  /// Why it is disabled.
  enum Reason {
    REQUESTED,
    GONE,
    FAILING;

    String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Whether the caller may see it: it tells of nothing in a project that the caller may not see.
  boolean isVisibleTo(Caller caller) {
    return caller.projects().isEmpty()
        || (projectIds != null && caller.projects().get().containsAll(projectIds));
  }
}
