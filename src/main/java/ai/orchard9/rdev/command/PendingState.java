package ai.orchard9.rdev.command;

import org.jspecify.annotations.Nullable;

/// Of a command that waits.
///
/// @param position in the line of its project, 1 = next
/// @param reason `limit`, `paused`, `project_not_running` or `cluster_unavailable`
/// @param etaSeconds until it starts, where that can be told
public record PendingState(int position, String reason, @Nullable Long etaSeconds) {}
