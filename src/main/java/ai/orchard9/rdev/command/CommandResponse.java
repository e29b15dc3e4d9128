package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.CommandType;
import ai.orchard9.rdev.command.model.Priority;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// `GET /commands/{id}`: every field is there, null where there is nothing.
record CommandResponse(
    CommandId id,
    CommandId commandId,
    String project,
    CommandType type,
    CommandStatus status,
    Priority priority,
    JsonNode metadata,
    @Nullable JsonNode command,
    @Nullable JsonNode args,
    @Nullable JsonNode prompt,
    @Nullable JsonNode sessionId,
    @Nullable JsonNode model,
    @Nullable JsonNode allowedTools,
    @Nullable JsonNode maxTurns,
    @Nullable JsonNode maxTokens,
    @Nullable JsonNode maxCostUsd,
    int timeoutSeconds,
    @Nullable JsonNode workdir,
    @Nullable JsonNode env,
    @Nullable Integer exitCode,
    @Nullable String signal,
    @Nullable ErrorBody error,
    @Nullable String keyId,
    String keyName,
    String requestId,
    @Nullable String traceId,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable Long queueMs,
    @Nullable Long durationMs,
    long stdoutBytes,
    long stderrBytes,
    @Nullable String stdoutSha256,
    @Nullable String stderrSha256,
    @Nullable String podName,
    int attempt,
    int adoptions,
    @Nullable Integer background,
    @Nullable Integer queuePosition,
    @Nullable String pendingReason,
    @Nullable Long etaSeconds,
    @Nullable JsonNode kill,
    @Nullable JsonNode agent,
    String streamUrl) {

  /// Why a command failed.
  record ErrorBody(String code, @Nullable String message) {}

  static CommandResponse of(
      Command command,
      @Nullable Integer queuePosition,
      @Nullable String pendingReason,
      @Nullable Long etaSeconds) {
    var request = command.request();
    return new CommandResponse(
        command.id(),
        command.id(),
        command.project(),
        command.type(),
        command.status(),
        command.priority(),
        command.metadata(),
        request.get("command"),
        request.get("args"),
        request.get("prompt"),
        request.get("session_id"),
        request.get("model"),
        request.get("allowed_tools"),
        request.get("max_turns"),
        request.get("max_tokens"),
        request.get("max_cost_usd"),
        command.timeoutSeconds(),
        request.get("workdir"),
        request.get("env"),
        command.exitCode(),
        command.signal(),
        error(command),
        command.keyId() == null ? null : command.keyId().toString(),
        command.keyName(),
        command.requestId(),
        command.traceId(),
        command.createdAt(),
        command.startedAt(),
        command.finishedAt(),
        command.queueMillis(),
        command.durationMillis(),
        command.stdoutBytes(),
        command.stderrBytes(),
        command.stdoutSha256(),
        command.stderrSha256(),
        command.podName(),
        command.attempt(),
        command.adoptions(),
        command.background(),
        queuePosition,
        pendingReason,
        etaSeconds,
        command.killReceipt(),
        command.agent(),
        streamUrl(command));
  }

  private static @Nullable ErrorBody error(Command command) {
    return command.errorCode() == null
        ? null
        : new ErrorBody(command.errorCode(), command.errorMessage());
  }

  static String streamUrl(Command command) {
    return "/projects/" + command.project() + "/events?stream_id=" + command.id();
  }
}
