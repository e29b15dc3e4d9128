package ai.orchard9.rdev.execution;

import java.util.function.IntSupplier;

/// How commands are executed. Suppliers may change their mind at any time: a lower one ends nothing
/// that runs.
///
/// @param concurrentCommands running commands per project (`CONCURRENT_COMMANDS`)
/// @param maximumRunning running commands of this server (`MAX_RUNNING_COMMANDS`)
/// @param outputLimitBytes of both streams together (`OUTPUT_LIMIT_BYTES`)
public record ExecutionConfig(
    IntSupplier concurrentCommands,
    IntSupplier maximumRunning,
    long outputLimitBytes,
    ClaudeConfig claude) {}
