package ai.orchard9.rdev.apikey;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A key as its row tells it; neither the key nor its hash is here. In lists null is: not limited.
///
/// @param scopes as on the wire; a newer version may know more than this one
/// @param createdBy id of the key that made it, or `admin_key`, `command_line`, `first start`
/// @param deprecatedAt when `replacedBy` took its place; it works on until `expiresAt`
/// @param asOf when the row was read, by the database's clock
public record ApiKey(
    UUID id,
    String name,
    String keyPrefix,
    List<String> scopes,
    @Nullable List<String> projectIds,
    @Nullable List<String> commandTypes,
    @Nullable List<String> allowedIps,
    @Nullable Integer rateLimitRps,
    @Nullable Integer maxTurns,
    @Nullable Long maxTokens,
    @Nullable Double maxCostUsd,
    Instant createdAt,
    String createdBy,
    @Nullable Instant expiresAt,
    @Nullable Instant lastUsedAt,
    @Nullable Instant revokedAt,
    @Nullable Instant deprecatedAt,
    @Nullable UUID replacedBy,
    Instant asOf) {
  /// How long before its end a key is worth a word.
  public static final Duration ENDS_SOON = Duration.ofDays(7);

  /// Whether it still opens the door.
  public enum Status {
    ACTIVE,
    REVOKED,
    EXPIRED;

    /// As in JSON.
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// As it was at `asOf`.
  public Status status() {
    if (revokedAt != null) {
      return Status.REVOKED;
    }
    return expiresAt != null && !expiresAt.isAfter(asOf) ? Status.EXPIRED : Status.ACTIVE;
  }
}
