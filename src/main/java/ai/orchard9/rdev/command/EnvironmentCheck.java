package ai.orchard9.rdev.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.error.FieldErrors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which environment variables a request may set: any for shell; for git and claude only names that
/// cannot make them run or reach something else.
final class EnvironmentCheck {
  private static final int ENV_NAMES = 64;
  private static final int ENV_BYTES = 256 * 1024;
  private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern GIT_PERSON = Pattern.compile("GIT_(AUTHOR|COMMITTER)_[A-Z]+");
  private static final Pattern GIT_LOCALE = Pattern.compile("LC_[A-Z]+|LANG");

  /// glibc takes a name with a slash for a folder of locale data, and messages from it for formats
  /// that it fills in: whoever wrote the files would have written a program.
  private static final Pattern LOCALE = Pattern.compile("[A-Za-z0-9_.@-]{0,64}");

  /// No path either: `Europe/Berlin`, `EST5EDT,M3.2.0,M11.1.0`, `<+03>-3`.
  private static final Pattern ZONE = Pattern.compile("[A-Za-z0-9_+<>,./:-]{0,64}");

  private final Set<String> claudeEnvironment;

  EnvironmentCheck(Set<String> claudeEnvironment) {
    this.claudeEnvironment = Set.copyOf(claudeEnvironment);
  }

  /// Checks the variables of a request and returns them.
  Map<String, String> check(SubmitRequest request, FieldErrors errors) {
    var environment = new LinkedHashMap<String, String>();
    var given = request.env() == null ? Map.<String, @Nullable String>of() : request.env();
    long bytes = 0;
    for (var entry : given.entrySet()) {
      var name = entry.getKey();
      var value = entry.getValue();
      var complaint = complaint(request, name, value);
      if (complaint != null) {
        errors.refuse("env." + SubmissionRules.printable(name), complaint);
      } else if (value != null) {
        bytes += name.length() + value.getBytes(UTF_8).length;
        environment.put(name, value);
      }
    }
    if (given.size() > ENV_NAMES || bytes > ENV_BYTES) {
      errors.refuse("env", "must be at most 64 names and 256 KiB together");
    }
    return environment;
  }

  private @Nullable String complaint(SubmitRequest request, String name, @Nullable String value) {
    if (!ENV_NAME.matcher(name).matches() || name.length() > 255) {
      return "names must match [A-Za-z_][A-Za-z0-9_]*";
    }
    if (name.startsWith("RDEV_")) {
      return "names that begin with RDEV_ are taken";
    }
    if (value == null) {
      return "must be a text";
    }
    return switch (request) {
      case SubmitRequest.Shell _ -> null;
      case SubmitRequest.Git _ -> gitComplaint(name, value);
      case SubmitRequest.Claude _ ->
          claudeEnvironment.contains(name) ? null : "claude takes only what CLAUDE_ENV_ALLOW lists";
    };
  }

  private static @Nullable String gitComplaint(String name, String value) {
    if (GIT_PERSON.matcher(name).matches()) {
      return value.chars().anyMatch(Character::isISOControl)
          ? "control characters are not allowed"
          : null;
    }
    if (GIT_LOCALE.matcher(name).matches()) {
      return LOCALE.matcher(value).matches() ? null : "must be the name of a locale, as C.UTF-8";
    }
    if (name.equals("TZ")) {
      var isPath =
          value.startsWith("/")
              || value.startsWith(":")
              || value.startsWith(".")
              || value.contains("..");
      return ZONE.matcher(value).matches() && !isPath
          ? null
          : "must be a time zone, as Europe/Berlin";
    }
    return "git takes only GIT_AUTHOR_*, GIT_COMMITTER_*, LANG, LC_* and TZ";
  }
}
