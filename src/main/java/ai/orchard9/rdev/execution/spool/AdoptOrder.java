package ai.orchard9.rdev.execution.spool;

/// All that is needed to go on with an attempt where another server, or another session, stopped.
///
/// @param marker the one it was started with
/// @param token the lease's fencing token, not lower than the former owner's
/// @param instance the one stored before its start was sent
/// @param stdoutOffset how many bytes of its stdout are recorded already
/// @param stderrOffset the same of its stderr
public record AdoptOrder(
    Attempt attempt,
    Marker marker,
    long token,
    String instance,
    long stdoutOffset,
    long stderrOffset) {}
