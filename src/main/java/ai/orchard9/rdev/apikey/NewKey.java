package ai.orchard9.rdev.apikey;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a key to be made is to be: checked, without duplicates. In lists null is: not limited.
/// Public only because Jdbi reads it.
///
/// @param allowedIps in one way of writing
/// @param lifetime null: for ever
public record NewKey(
    String name,
    List<String> scopes,
    @Nullable List<String> projectIds,
    @Nullable List<String> commandTypes,
    @Nullable List<String> allowedIps,
    @Nullable Duration lifetime,
    @Nullable Integer rateLimitRps,
    @Nullable Integer maxTurns,
    @Nullable Long maxTokens,
    @Nullable Double maxCostUsd) {

  /// @param now by the database's clock
  @Nullable Instant expiresAt(Instant now) {
    return lifetime == null ? null : now.plus(lifetime);
  }
}
