package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.CommandType;
import ai.orchard9.rdev.command.model.Priority;
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

  static SubmittedResponse of(CommandService.Submitted submitted) {
    var command = submitted.command();
    return new SubmittedResponse(
        command.id(),
        command.id(),
        command.project(),
        command.type(),
        command.status(),
        command.priority(),
        submitted.position(),
        CommandResponse.streamUrl(command),
        command.createdAt());
  }
}
