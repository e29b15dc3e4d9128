package ai.orchard9.rdev.command;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the three submitting calls take in common, beside their own fields.
sealed interface SubmitRequest {
  @Nullable Integer timeoutSeconds();

  @Nullable String priority();

  @Nullable String workdir();

  @Nullable Map<String, @Nullable String> env();

  @Nullable String stdin();

  @Nullable Integer startWithinSeconds();

  @Nullable Map<String, @Nullable String> metadata();

  /// Body of `POST /projects/{id}/shell`.
  record Shell(
      @Nullable String command,
      @Nullable Integer timeoutSeconds,
      @Nullable String priority,
      @Nullable String workdir,
      @Nullable Map<String, @Nullable String> env,
      @Nullable String stdin,
      @Nullable Integer startWithinSeconds,
      @Nullable Map<String, @Nullable String> metadata)
      implements SubmitRequest {}

  /// Body of `POST /projects/{id}/git`.
  record Git(
      @Nullable List<@Nullable String> args,
      @Nullable Integer timeoutSeconds,
      @Nullable String priority,
      @Nullable String workdir,
      @Nullable Map<String, @Nullable String> env,
      @Nullable String stdin,
      @Nullable Integer startWithinSeconds,
      @Nullable Map<String, @Nullable String> metadata)
      implements SubmitRequest {}

  /// Body of `POST /projects/{id}/claude`.
  record Claude(
      @Nullable String prompt,
      @Nullable String sessionId,
      @Nullable String model,
      @Nullable List<@Nullable String> allowedTools,
      @Nullable Integer maxTurns,
      @Nullable Long maxTokens,
      @Nullable Double maxCostUsd,
      @Nullable Integer timeoutSeconds,
      @Nullable String priority,
      @Nullable String workdir,
      @Nullable Map<String, @Nullable String> env,
      @Nullable String stdin,
      @Nullable Integer startWithinSeconds,
      @Nullable Map<String, @Nullable String> metadata)
      implements SubmitRequest {}
}
