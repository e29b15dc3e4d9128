package ai.orchard9.rdev.command.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One command as its row tells it. stdin and the values of `env` are not part of it.
///
/// @param request the request as sent, with the names of `env` only
/// @param exitCode null unless its end was seen; 128+n when a signal ended it
/// @param lastEventId id of the newest output event; `complete` is one more
/// @param killReceipt null unless a signal was sent
/// @param agent what a claude run has told of itself; null: nothing yet
public record Command(
    CommandId id,
    String project,
    CommandType type,
    CommandStatus status,
    Priority priority,
    JsonNode metadata,
    JsonNode request,
    int timeoutSeconds,
    @Nullable UUID keyId,
    String keyName,
    String requestId,
    @Nullable String traceId,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable Integer exitCode,
    @Nullable String signal,
    @Nullable String errorCode,
    @Nullable String errorMessage,
    long stdoutBytes,
    long stderrBytes,
    @Nullable String stdoutSha256,
    @Nullable String stderrSha256,
    long lastEventId,
    @Nullable Integer background,
    @Nullable JsonNode killReceipt,
    @Nullable String podName,
    int attempt,
    int adoptions,
    @Nullable JsonNode agent) {

  /// The UTC day it was created on, which names the partition of its output.
  public LocalDate day() {
    return LocalDate.ofInstant(createdAt, ZoneOffset.UTC);
  }

  /// Milliseconds from its start to its end; null while there is no end.
  public @Nullable Long durationMillis() {
    return startedAt == null || finishedAt == null
        ? null
        : Math.max(0, finishedAt.toEpochMilli() - startedAt.toEpochMilli());
  }

  /// Milliseconds it waited; null while it waits.
  public @Nullable Long queueMillis() {
    var until = startedAt == null ? finishedAt : startedAt;
    return until == null ? null : Math.max(0, until.toEpochMilli() - createdAt.toEpochMilli());
  }
}
