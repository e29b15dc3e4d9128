package ai.orchard9.rdev.claudeconfig;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.ErrorCode;
import ai.orchard9.rdev.project.Project;
import java.time.Duration;

/// This room's refusals, on one page.
final class ConfigErrors {
  private static final Duration RETRY = Duration.ofSeconds(5);
  private static final Duration SOON = Duration.ofSeconds(1);

  private ConfigErrors() {}

  static ApiException unknownKind() {
    return new ApiException.NotFound("no such kind: there are commands, skills and agents");
  }

  static ApiException notFound(ConfigKind kind) {
    return new ApiException.NotFound("no such " + kind.noun());
  }

  static ApiException exists(ConfigKind kind) {
    return new ApiException.Conflict("there is a " + kind.noun() + " of this name already");
  }

  static ApiException otherName() {
    return ApiException.badField("name", "must be the one in the path, or absent");
  }

  static ApiException mayNotRunClaude() {
    return new ApiException.Forbidden(
        ErrorCode.COMMAND_NOT_ALLOWED,
        "this key may not run claude commands, nor write what they read");
  }

  static ApiException notRunning(Project project) {
    return new ApiException.Unavailable(
        "the project is not running: it is " + project.status(), RETRY);
  }

  static ApiException link(String path) {
    return new ApiException.Conflict(path + " is a symbolic link, and links are not followed");
  }

  static ApiException noFolder(String path) {
    return new ApiException.Conflict(path + " is not a folder");
  }

  static ApiException irregular(String path) {
    return new ApiException.Conflict(path + " is not a file");
  }

  static ApiException tooLarge(ConfigKind kind, String name) {
    return new ApiException.Conflict(kind.path(name) + " is larger than 1 MiB");
  }

  static ApiException notText(ConfigKind kind, String name) {
    return new ApiException.Conflict(kind.path(name) + " is not UTF-8");
  }

  static ApiException changed() {
    return new ApiException.Conflict(
        "something in .claude was moved or replaced at this moment; look, and try again");
  }

  static ApiException noWorkDirectory() {
    return new ApiException.Conflict("the work directory of the project cannot be entered");
  }

  /// @param what was attempted, in the script's word
  static ApiException failed(String what, String why) {
    return new ApiException.Conflict(
        switch (what) {
              case "enter" -> "a folder of the configuration cannot be entered: ";
              case "read" -> "it cannot be read: ";
              case "remove" -> "the skill is no more, but some of its files could not be removed: ";
              default -> "it cannot be written: ";
            }
            + why);
  }

  static ApiException noRoom(String why) {
    return new ApiException.Unavailable("not written: " + why, RETRY);
  }

  static ApiException unreachable(String why) {
    return new ApiException.Unavailable("the project cannot be asked now: " + why, RETRY);
  }

  static ApiException unknown() {
    return new ApiException.Unavailable(
        "the connection broke before the answer: the change may have been made", RETRY);
  }

  static ApiException busy() {
    return new ApiException.Unavailable("too many calls about configurations at this moment", SOON);
  }
}
