package ai.orchard9.rdev.runtime;

import org.jspecify.annotations.Nullable;

/// Where a project's sessions open.
///
/// @param project the project's id
/// @param podName the pod, or null where there are none
/// @param baseDirectory the work directory, absolute. A leading `?` means "if it exists, else where
///   the session opens", empty means where the session opens.
public record Place(String project, @Nullable String podName, String baseDirectory) {}
