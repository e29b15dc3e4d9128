package ai.orchard9.rdev.command.life;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A change of a command's status, as the followers of its project see it.
///
/// @param position its id inside the project: 1, 2, 3 …
/// @param exitCode null unless the command's end was seen
public record ProjectEvent(
    long position,
    String commandId,
    String type,
    String status,
    @Nullable Integer exitCode,
    Instant at) {}
