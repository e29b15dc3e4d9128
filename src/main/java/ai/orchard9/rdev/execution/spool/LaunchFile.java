package ai.orchard9.rdev.execution.spool;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The launch as text that the far side's shell reads. Everything foreign in it is between single
/// quotes, where the shell knows no special character but the quote itself.
///
/// Its last line runs the program, so that half a file runs nothing: every cut before the end
/// leaves an open quote, an unknown word, or no arguments.
record LaunchFile(String text, String kind, String program) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /// Linux takes no single argument or variable longer than this, its end included
  /// (MAX_ARG_STRLEN).
  private static final int LONGEST = 128 * 1024 - 1;

  private static final int LONGEST_PLAIN = 2048;

  static LaunchFile of(Launch launch, Map<String, String> environment) {
    var text = new StringBuilder();
    environment.forEach(
        (name, value) ->
            text.append("export ").append(name).append('=').append(quote(value)).append('\n'));
    text.append("set --");
    for (var word : words(launch)) {
      text.append(' ').append(quote(word));
    }
    text.append("\nrdev_run \"$@\"\n");
    return switch (launch) {
      case Launch.Shell _ -> new LaunchFile(text.toString(), "shell", "");
      case Launch.Exec(var _, var _, var needed) -> new LaunchFile(text.toString(), "exec", needed);
    };
  }

  /// Whether it may be sent as lines: short, since the shell reads them byte by byte, and plain,
  /// since old shells keep some bytes above ASCII for themselves.
  boolean isPlain() {
    return text.length() <= LONGEST_PLAIN
        && text.chars().allMatch(c -> c == '\n' || (c >= ' ' && c <= '~'));
  }

  long lines() {
    return text.chars().filter(c -> c == '\n').count();
  }

  /// Why this cannot be launched on any machine; empty when it can.
  static Optional<String> refusal(Launch launch, Map<String, String> environment) {
    for (var variable : environment.entrySet()) {
      if (!NAME.matcher(variable.getKey()).matches() || variable.getKey().startsWith("RDEV_")) {
        return Optional.of("environment variable name is not allowed");
      }
      if (variable.getKey().length() + 1 + length(variable.getValue()) > LONGEST) {
        return Optional.of("environment variable is longer than Linux takes: " + variable.getKey());
      }
    }
    for (var word : words(launch)) {
      if (length(word) > LONGEST) {
        return Optional.of("argument is longer than Linux takes");
      }
    }
    var texts = String.join("", words(launch)) + String.join("", environment.values());
    return texts.indexOf('\0') < 0 ? Optional.empty() : Optional.of("NUL in the command");
  }

  private static List<String> words(Launch launch) {
    return switch (launch) {
      case Launch.Shell(var text) -> List.of(text);
      case Launch.Exec(var program, var arguments, var _) -> {
        var words = new ArrayList<String>();
        words.add(program);
        words.addAll(arguments);
        yield words;
      }
    };
  }

  private static String quote(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  private static int length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
