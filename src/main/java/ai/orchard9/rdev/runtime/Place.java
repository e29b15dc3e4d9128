package ai.orchard9.rdev.runtime;

import org.jspecify.annotations.Nullable;

/// Where sessions open. A command keeps the place it was started in: whoever takes it over must go
/// there, also when the project is served from somewhere else by then.
///
/// @param project the project's id
/// @param container the container, or null where there are none
/// @param baseDirectory the work directory, absolute. A leading `?` means "if it exists, else where
///   the session opens", empty means where the session opens.
public record Place(String project, @Nullable Container container, String baseDirectory) {
  /// One container of one pod, as long as it lives: a pod of the same name that came after it is
  /// another place, and so is the container after a restart.
  public record Container(String pod, String podUid, String name, String id) {}

  /// The name of the pod, or null where there are none.
  public @Nullable String podName() {
    return container == null ? null : container.pod();
  }
}
