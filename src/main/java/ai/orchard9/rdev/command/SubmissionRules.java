package ai.orchard9.rdev.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.FieldErrors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Turns a request body into a [Submission], or says which fields are wrong. All bounds are the
/// contract's (section 5).
final class SubmissionRules {
  private static final int COMMAND_BYTES = 65_536;
  private static final int PROMPT_BYTES = 262_144;
  private static final int ARGUMENTS = 256;
  private static final int ARGUMENT_BYTES = 65_536;
  private static final int STDIN_BYTES = 1 << 20;
  private static final int METADATA_ENTRIES = 16;
  private static final int METADATA_BYTES = 256;
  private static final int WORKDIR_BYTES = 4096;
  private static final int TIMEOUT_DEFAULT = 1800;
  private static final int TIMEOUT_MAX = 86_400;
  private static final int START_WITHIN_MAX = 31 * 86_400;
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}");
  private static final Pattern TOOL = Pattern.compile("[^\\p{Cntrl}]{1,500}");

  private final EnvironmentCheck environment;

  /// Rules for one server.
  ///
  /// @param claudeEnvironment names that a claude request may set (`CLAUDE_ENV_ALLOW`)
  SubmissionRules(Set<String> claudeEnvironment) {
    this.environment = new EnvironmentCheck(claudeEnvironment);
  }

  static SubmitRequest required(@Nullable SubmitRequest body) {
    if (body == null) {
      throw new ApiException.BadRequest("a JSON object is required as body");
    }
    return body;
  }

  /// Checks everything and names every field at fault at once.
  ///
  /// @throws ApiException.BadRequest a field is missing, too long or otherwise outside
  Submission check(SubmitRequest request) {
    var errors = new FieldErrors();
    var instruction = instruction(request, errors);
    var timeout = between("timeout_seconds", request.timeoutSeconds(), 1, TIMEOUT_MAX, errors);
    var startWithin =
        between("start_within_seconds", request.startWithinSeconds(), 1, START_WITHIN_MAX, errors);
    var priority = priority(request.priority(), errors);
    var workdir = workdir(request.workdir(), errors);
    var variables = environment.check(request, errors);
    var stdin = stdin(request, errors);
    var metadata = metadata(request.metadata(), errors);
    errors.throwIfAny();
    return new Submission(
        instruction,
        timeout == null ? TIMEOUT_DEFAULT : timeout,
        priority,
        workdir,
        variables,
        stdin,
        startWithin,
        metadata);
  }

  private static Instruction instruction(SubmitRequest request, FieldErrors errors) {
    return switch (request) {
      case SubmitRequest.Shell shell ->
          new Instruction.Shell(text("command", shell.command(), COMMAND_BYTES, errors));
      case SubmitRequest.Git git -> new Instruction.Git(arguments(git.args(), errors));
      case SubmitRequest.Claude claude -> claude(claude, errors);
    };
  }

  private static Instruction.Claude claude(SubmitRequest.Claude request, FieldErrors errors) {
    word("session_id", request.sessionId(), errors);
    word("model", request.model(), errors);
    var tokens = request.maxTokens();
    if (tokens != null && tokens < 1) {
      errors.refuse("max_tokens", "must be at least 1");
    }
    var cost = request.maxCostUsd();
    if (cost != null && !(cost > 0 && cost <= 1e6)) {
      errors.refuse("max_cost_usd", "must be more than 0");
    }
    return new Instruction.Claude(
        text("prompt", request.prompt(), PROMPT_BYTES, errors),
        request.sessionId(),
        request.model(),
        tools(request.allowedTools(), errors),
        between("max_turns", request.maxTurns(), 1, 10_000, errors),
        request.maxTokens(),
        request.maxCostUsd());
  }

  private static void word(String field, @Nullable String value, FieldErrors errors) {
    if (value != null && !WORD.matcher(value).matches()) {
      errors.refuse(
          field, "must be 1–200 characters of A-Za-z0-9._:/@-, the first a letter or digit");
    }
  }

  private static @Nullable List<String> tools(
      @Nullable List<@Nullable String> tools, FieldErrors errors) {
    if (tools == null) {
      return null;
    }
    var checked = new ArrayList<String>();
    for (int i = 0; i < tools.size(); i++) {
      var tool = tools.get(i);
      if (tool == null || !TOOL.matcher(tool).matches() || tool.startsWith("-")) {
        errors.refuse("allowed_tools[" + i + "]", "must be the name of a tool");
      } else {
        checked.add(tool);
      }
    }
    return checked;
  }

  private static String text(
      String field, @Nullable String value, int maxBytes, FieldErrors errors) {
    if (value == null || value.isEmpty() || value.getBytes(UTF_8).length > maxBytes) {
      errors.refuse(field, "must be 1–%,d bytes".formatted(maxBytes));
      return "";
    }
    refuseControls(field, value, errors);
    return value;
  }

  private static List<String> arguments(@Nullable List<@Nullable String> args, FieldErrors errors) {
    if (args == null || args.isEmpty() || args.size() > ARGUMENTS) {
      errors.refuse("args", "must be 1–256 arguments");
      return List.of();
    }
    var checked = new ArrayList<String>();
    for (int i = 0; i < args.size(); i++) {
      var argument = args.get(i);
      if (argument == null || argument.getBytes(UTF_8).length > ARGUMENT_BYTES) {
        errors.refuse("args[" + i + "]", "must be a text of at most 65,536 bytes");
      } else {
        refuseControls("args[" + i + "]", argument, errors);
        checked.add(argument);
      }
    }
    return checked;
  }

  /// What moves a terminal's cursor lets the record of a command show another than the one that
  /// ran.
  private static void refuseControls(String field, String text, FieldErrors errors) {
    if (text.chars()
        .anyMatch(c -> Character.isISOControl(c) && c != '\t' && c != '\n' && c != '\r')) {
      errors.refuse(field, "no control characters but tab, newline, carriage return");
    }
  }

  private static @Nullable Integer between(
      String field, @Nullable Integer value, int least, int most, FieldErrors errors) {
    if (value != null && (value < least || value > most)) {
      errors.refuse(field, "must be %,d–%,d".formatted(least, most));
    }
    return value;
  }

  private static Priority priority(@Nullable String value, FieldErrors errors) {
    if (value == null) {
      return Priority.NORMAL;
    }
    return Priority.find(value)
        .orElseGet(
            () -> {
              errors.refuse("priority", "must be low, normal, high or urgent");
              return Priority.NORMAL;
            });
  }

  private static String workdir(@Nullable String value, FieldErrors errors) {
    if (value == null) {
      return "";
    }
    var leaves = value.startsWith("/") || Stream.of(value.split("/", -1)).anyMatch(".."::equals);
    var unclean = value.chars().anyMatch(c -> c < ' ' || c == 127);
    if (leaves || unclean || value.isEmpty() || value.getBytes(UTF_8).length > WORKDIR_BYTES) {
      errors.refuse("workdir", "must be a relative path inside the project's work directory");
    }
    return value;
  }

  private static byte @Nullable [] stdin(SubmitRequest request, FieldErrors errors) {
    var stdin = request.stdin();
    if (stdin == null) {
      return null;
    }
    var bytes = stdin.getBytes(UTF_8);
    if (bytes.length > STDIN_BYTES) {
      errors.refuse("stdin", "must be at most 1 MiB");
    }
    return bytes;
  }

  private static Map<String, String> metadata(
      @Nullable Map<String, @Nullable String> metadata, FieldErrors errors) {
    var checked = new LinkedHashMap<String, String>();
    var given = metadata == null ? Map.<String, @Nullable String>of() : metadata;
    if (given.size() > METADATA_ENTRIES) {
      errors.refuse("metadata", "must be at most 16 entries");
    }
    given.forEach(
        (name, value) -> {
          if (value == null
              || name.getBytes(UTF_8).length > METADATA_BYTES
              || value.getBytes(UTF_8).length > METADATA_BYTES) {
            errors.refuse("metadata." + printable(name), "must be a text of at most 256 bytes");
          } else {
            checked.put(name, value);
          }
        });
    return checked;
  }

  /// A name as an error may show it.
  static String printable(String name) {
    var clean = name.replaceAll("[^\\x20-\\x7e]", "?");
    return clean.length() <= 64 ? clean : clean.substring(0, 64) + "…";
  }
}
