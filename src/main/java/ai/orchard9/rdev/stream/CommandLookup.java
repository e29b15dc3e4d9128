package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandId;
import java.util.Optional;

/// Where the rows of commands come from.
@FunctionalInterface
public interface CommandLookup {

  /// The command as it is now; blocks.
  Optional<Command> find(CommandId id);
}
