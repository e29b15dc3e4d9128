package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandType;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.ErrorCode;

/// This room's refusals, on one page.
final class CommandErrors {
  private CommandErrors() {}

  static ApiException notFound() {
    return new ApiException.NotFound("command not found");
  }

  static ApiException finished(Command command) {
    return new ApiException.Conflict("the command is " + command.status().wire() + " already");
  }

  static ApiException notPending(Command command) {
    return new ApiException.Conflict(
        "only a pending command has a place in the queue; this one is " + command.status().wire());
  }

  static ApiException otherRequest() {
    return new ApiException.Conflict(
        "this Idempotency-Key was used for another request in the last 24 hours");
  }

  static ApiException sessionIsBusy() {
    return new ApiException.Conflict(
        "a command with this session_id has not ended; one at a time goes on with a session");
  }

  static ApiException typeNotAllowed(CommandType type) {
    return new ApiException.Forbidden(
        ErrorCode.COMMAND_NOT_ALLOWED, "this key may not run " + type.wire() + " commands");
  }

  static ApiException urgentNeedsAdmin() {
    return new ApiException.Forbidden("priority urgent needs the scope admin");
  }
}
