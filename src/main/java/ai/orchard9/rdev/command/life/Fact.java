package ai.orchard9.rdev.command.life;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What has become of a command, for those who tell others.
///
/// @param status which it has since `at`; never `pending`
/// @param exitCode null unless the command's end was seen
/// @param durationMs from its start to its end; null without both
/// @param errorCode null unless it failed
/// @param metadata as JSON, as it was sent
public record Fact(
    String project,
    String commandId,
    String type,
    String status,
    @Nullable Integer exitCode,
    @Nullable Long durationMs,
    @Nullable String errorCode,
    @Nullable String errorMessage,
    String metadata,
    Instant at) {}
