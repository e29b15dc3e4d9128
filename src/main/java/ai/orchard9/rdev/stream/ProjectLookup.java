package ai.orchard9.rdev.stream;

/// Whether there is such a project.
@FunctionalInterface
public interface ProjectLookup {

  /// True if the project exists now; may block.
  boolean exists(String project);
}
