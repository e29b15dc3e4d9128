package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.http.RunBudget;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.tracing.Traceparent;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A running command in the hands of one server.
///
/// @param token fencing: every write names it, and none with an older one counts
/// @param marker random text that ends its output in the spool
/// @param traceparent where in its trace it was submitted; null: in none
/// @param place where it is to run, or runs
/// @param instance the spool that the start is or was sent to; null: no start was ever sent
/// @param acknowledged whether the spool said that it started; it must then never start again
/// @param remaining until its timeout, by the database's clock; negative when past
/// @param hasInputs whether stdin and environment, if they are empty here, have yet to be read
/// @param budget of a claude run: what the request and its key allow
/// @param kill null unless somebody asked for its end
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
public record Claim(
    Command command,
    long token,
    String marker,
    @Nullable Traceparent traceparent,
    Place place,
    @Nullable String instance,
    boolean acknowledged,
    Duration remaining,
    byte[] stdin,
    Map<String, String> environment,
    boolean hasInputs,
    RunBudget budget,
    @Nullable KillRequest kill) {

  Claim withInputs(byte[] read, Map<String, String> values) {
    return new Claim(
        command,
        token,
        marker,
        traceparent,
        place,
        instance,
        acknowledged,
        remaining,
        read,
        values,
        false,
        budget,
        kill);
  }

  /// Somebody wants a running command to end.
  public record KillRequest(String reason, Duration grace) {}
}
