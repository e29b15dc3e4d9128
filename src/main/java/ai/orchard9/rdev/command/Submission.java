package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.Priority;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request to run something, checked: every value is inside what the contract allows.
///
/// @param workdir relative to the project's work directory; empty: that itself
/// @param stdin null: the command reads end of file at once
/// @param startWithinSeconds null: it waits for as long as it takes
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
public record Submission(
    Instruction instruction,
    int timeoutSeconds,
    Priority priority,
    String workdir,
    Map<String, String> environment,
    byte @Nullable [] stdin,
    @Nullable Integer startWithinSeconds,
    Map<String, String> metadata) {

  public Submission {
    environment = Map.copyOf(environment);
    metadata = Map.copyOf(metadata);
  }
}
