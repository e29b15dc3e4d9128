package ai.orchard9.rdev.command;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a client is told of a command it has just submitted.
record SubmittedResponse(
    CommandId id,
    CommandId commandId,
    String project,
    CommandType type,
    CommandStatus status,
    Priority priority,
    @Nullable Integer queuePosition,
    String streamUrl,
    Instant createdAt) {

  static SubmittedResponse of(Command command, @Nullable Integer queuePosition) {
    return new SubmittedResponse(
        command.id(),
        command.id(),
        command.project(),
        command.type(),
        command.status(),
        command.priority(),
        queuePosition,
        CommandResponse.streamUrl(command),
        command.createdAt());
  }
}
