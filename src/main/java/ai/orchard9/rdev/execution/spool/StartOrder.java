package ai.orchard9.rdev.execution.spool;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All that is needed to start an attempt.
///
/// @param marker what will end its streams; stored before this is sent, as is the instance
/// @param token the lease's fencing token
/// @param instance the instance that the caller has stored; null when it knows none yet, and then
///   nothing is sent and the answer is [StartResult.OtherInstance]
/// @param watchdog how long it may run with no server alive, whole seconds, at least one
/// @param environment variables beside those that the project has; any name but `RDEV_…`
/// @param workdir relative to the project's directory; empty for that directory itself
/// @param stdin what it reads; empty for the end of file at once
@SuppressWarnings(
    "ArrayRecordComponent") // Orders are not compared, and up to a megabyte is not copied.
public record StartOrder(
    Attempt attempt,
    Marker marker,
    long token,
    @Nullable String instance,
    Duration watchdog,
    Launch launch,
    Map<String, String> environment,
    String workdir,
    byte[] stdin) {
  public StartOrder {
    environment = Map.copyOf(environment);
  }
}
