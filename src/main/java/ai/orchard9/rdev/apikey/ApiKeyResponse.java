package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.http.Caller;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A key as clients are shown it.
record ApiKeyResponse(
    @Nullable UUID id,
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
    @Nullable Instant createdAt,
    @Nullable String createdBy,
    @Nullable Instant expiresAt,
    @Nullable Instant lastUsedAt,
    @Nullable Instant revokedAt,
    @Nullable Instant deprecatedAt,
    @Nullable UUID replacedBy,
    String status) {

  /// The same with the key in plain, once.
  record Created(@JsonUnwrapped ApiKeyResponse shown, String key) {
    static Created of(ApiKeyService.Made made) {
      return new Created(ApiKeyResponse.of(made.key()), made.plain());
    }
  }

  static ApiKeyResponse of(ApiKey key) {
    return new ApiKeyResponse(
        key.id(),
        key.name(),
        key.keyPrefix(),
        key.scopes(),
        key.projectIds(),
        key.commandTypes(),
        key.allowedIps(),
        key.rateLimitRps(),
        key.maxTurns(),
        key.maxTokens(),
        key.maxCostUsd(),
        key.createdAt(),
        key.createdBy(),
        key.expiresAt(),
        key.lastUsedAt(),
        key.revokedAt(),
        key.deprecatedAt(),
        key.replacedBy(),
        key.status().wire());
  }

  /// Of a key that has no row: nothing limits it.
  static ApiKeyResponse ofAdmin(Caller caller) {
    return new ApiKeyResponse(
        null,
        caller.keyName(),
        caller.keyPrefix(),
        caller.scopes().stream().map(it -> it.wireName()).sorted().toList(),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        ApiKey.Status.ACTIVE.wire());
  }
}
