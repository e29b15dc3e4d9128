package ai.orchard9.rdev.apikey;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Body of `POST /keys`: what a key to be made is asked to be, not checked yet. Null is: not said.
public record NewKeyRequest(
    @Nullable String name,
    @Nullable List<@Nullable String> scopes,
    @Nullable List<@Nullable String> projectIds,
    @Nullable List<@Nullable String> commandTypes,
    @Nullable List<@Nullable String> allowedIps,
    @Nullable String expiresIn,
    @Nullable Integer rateLimitRps,
    @Nullable Integer maxTurns,
    @Nullable Long maxTokens,
    @Nullable Double maxCostUsd) {}
