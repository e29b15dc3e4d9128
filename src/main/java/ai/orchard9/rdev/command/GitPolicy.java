package ai.orchard9.rdev.command;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.ErrorCode;
import ai.orchard9.rdev.error.FieldError;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Which git commands may run: whole sub-commands and whole options are allowed, nothing is denied
/// by prefix, since git accepts abbreviations (`--upload-pa=` ran a program).
final class GitPolicy {
  private static final Pattern COUNT = Pattern.compile("-\\d{1,6}");

  /// Options that take no value, by sub-command.
  private static final Map<String, Set<String>> FLAGS =
      Map.of(
          "status", Set.of("-s", "--short", "-b", "--branch", "--porcelain", "--long"),
          "log", Set.of("--oneline", "--stat", "--decorate", "--graph", "--all", "--name-only"),
          "diff", Set.of("--stat", "--cached", "--staged", "--name-only", "--name-status"),
          "show", Set.of("--stat", "--name-only", "--name-status", "--oneline"),
          "add", Set.of("-A", "--all", "-u", "--update"),
          "commit", Set.of("-a", "--all", "--allow-empty", "-q", "--quiet"),
          "branch", Set.of("-a", "--all", "--list", "-d", "--delete", "-v", "--show-current"),
          "checkout", Set.of("-q", "--quiet"));

  /// Options whose value is the next argument and no path.
  private static final Map<String, Set<String>> VALUES =
      Map.of("log", Set.of("-n"), "commit", Set.of("-m"), "checkout", Set.of("-b"));

  private GitPolicy() {}

  /// Refuses what is not allowed and says by which rule.
  ///
  /// @throws ApiException.Forbidden `COMMAND_NOT_ALLOWED`
  static void check(List<String> args) {
    var subcommand = args.getFirst();
    var flags = FLAGS.get(subcommand);
    if (flags == null) {
      throw refused(
          0,
          "only these sub-commands: "
              + String.join(" ", FLAGS.keySet().stream().sorted().toList()));
    }
    var values = VALUES.getOrDefault(subcommand, Set.of());
    var options = true;
    for (int i = 1; i < args.size(); i++) {
      var argument = args.get(i);
      if (options && argument.equals("--")) {
        options = false;
      } else if (options && values.contains(argument)) {
        i++;
        requireValue(args, i);
      } else if (options && argument.startsWith("-")) {
        checkFlag(subcommand, flags, argument, i);
      } else {
        checkOperand(argument, i);
      }
    }
    if (subcommand.equals("commit") && !args.contains("-m")) {
      throw refused(0, "commit needs -m: an editor would open");
    }
  }

  private static void checkFlag(String subcommand, Set<String> flags, String argument, int index) {
    var count = subcommand.equals("log") && COUNT.matcher(argument).matches();
    if (!count && !flags.contains(argument)) {
      throw refused(index, "git " + subcommand + " takes no such option here");
    }
  }

  private static void requireValue(List<String> args, int index) {
    if (index >= args.size() || args.get(index).startsWith("-")) {
      throw refused(index - 1, "needs a value that does not begin with -");
    }
  }

  private static void checkOperand(String argument, int index) {
    var leaves =
        argument.startsWith("/")
            || argument.startsWith("~")
            || Stream.of(argument.split("/", -1)).anyMatch(".."::equals);
    if (leaves) {
      throw refused(index, "paths must stay inside the work directory");
    }
    if (argument.startsWith(":")) {
      throw refused(index, "path magic is not allowed");
    }
  }

  private static ApiException refused(int index, String rule) {
    return new ApiException.Forbidden(
        ErrorCode.COMMAND_NOT_ALLOWED,
        "git argument refused: " + rule,
        List.of(new FieldError("args[" + index + "]", rule)));
  }
}
