package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.CommandType;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which commands a list shows; null: any.
public record CommandFilter(
    @Nullable String project,
    @Nullable CommandStatus status,
    @Nullable CommandType type,
    @Nullable UUID keyId,
    @Nullable Instant since,
    @Nullable Instant until) {

  static final String LIST = "commands";
}
