package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.command.queue.Claim;
import ai.orchard9.rdev.command.queue.Result;
import ai.orchard9.rdev.tracing.Traced;

/// What a trace shows of a command once it is claimed. All hangs on the submission, whose place in
/// its trace the row keeps; a server that is killed takes with it only the spans that it was in.
final class Spans {
  private Spans() {}

  /// It waited until now.
  static void waited(Claim claim) {
    var command = claim.command();
    Traced.told(
        "command queue", claim.traceparent(), command.createdAt(), "command", command.id().value());
  }

  /// This server has claimed it, or taken it over; what it does with it is inside of that.
  static Traced claimed(Claim claim, boolean adopted) {
    var command = claim.command();
    return Traced.begin("command claim", claim.traceparent())
        .with("command", command.id().value())
        .with("project", command.project())
        .with("type", command.type().wire())
        .with("attempt", command.attempt())
        .with("adoptions", adopted ? command.adoptions() : 0)
        .tell();
  }

  /// It is over: so it ended.
  static void ended(Traced span, Result result) {
    span.with("status", result.status().wire());
    if (result.errorCode() != null) {
      span.failed(result.errorCode());
    }
  }
}
