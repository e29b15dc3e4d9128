package ai.orchard9.rdev.command.policy;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.ErrorCode;
import ai.orchard9.rdev.error.FieldError;
import java.util.List;

/// What the policies say when they refuse, on one page.
final class PolicyErrors {
  private PolicyErrors() {}

  static ApiException git(int index, String rule) {
    return new ApiException.Forbidden(
        ErrorCode.COMMAND_NOT_ALLOWED,
        "git argument refused: " + rule,
        List.of(new FieldError("args[" + index + "]", rule)));
  }

  static ApiException controlCharacter(int index) {
    return ApiException.badField(
        "args[" + index + "]", "control characters are allowed in texts, as a message, only");
  }

  static ApiException shell(String rule) {
    return new ApiException.Forbidden(
        ErrorCode.COMMAND_NOT_ALLOWED,
        "the command is refused by the rule " + rule,
        List.of(new FieldError("command", "refused by the rule " + rule)));
  }
}
