package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.CommandStatus;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// How a command ended, as it is written once.
///
/// @param agent what a claude run told of itself; null: nothing
/// @param exitCode null unless its end was seen
public record Result(
    CommandStatus status,
    @Nullable Integer exitCode,
    @Nullable String signal,
    @Nullable String errorCode,
    @Nullable String errorMessage,
    @Nullable JsonNode killReceipt,
    @Nullable Integer background,
    @Nullable String stdoutSha256,
    @Nullable String stderrSha256,
    @Nullable JsonNode agent) {

  public Result {
    if (!status.isFinal()) {
      throw new IllegalArgumentException("not an end: " + status);
    }
  }
}
