package ai.orchard9.rdev.runtime;

/// How the thing that a project runs in is doing. Sessions can be opened while it is `RUNNING`.
public enum Status {
  RUNNING,
  PENDING,
  FAILED,
  TERMINATING,
  UNKNOWN
}
