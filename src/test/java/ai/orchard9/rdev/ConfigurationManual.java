package ai.orchard9.rdev;

import ai.orchard9.rdev.config.EnvironmentRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Makes the reference of the configuration out of what there is: keys, comments, variables and
/// defaults of `config.yml`, and what the start allows.
final class ConfigurationManual {
  private static final Path CONFIGURATION = Path.of("config.yml");

  /// A pattern or a format, which a table does not make clearer.
  private static final int LONG = 40;

  private static final Pattern KEY = Pattern.compile("( *)(?:- )?([A-Za-z.-]+):(?: (.*))?");
  private static final Pattern VARIABLE = Pattern.compile("\"?\\$\\{([A-Z_]+):-(.*?)}\"?");
  private static final String HEAD =
      """
      # Configuration

      <!-- Made of config.yml by ConfigurationManualTest; do not edit. -->

      Everything stands in [`config.yml`](../../config.yml); what an installation changes has a variable. An empty variable counts
      as absent. A wrong one stops the start, with its name, its value and what is allowed. `java -jar rdev-api.jar check
      config.yml` says so without starting. On Kubernetes: [what to change where](../kubernetes.md#what-to-change). Limits that
      can be moved while the service runs (an override by [`tasks/limits`](tasks.md) wins over the variable): `RATE_LIMIT_RPS`,
      `CONCURRENT_COMMANDS`, `MAX_RUNNING_COMMANDS`, `MAX_STREAMS`, `CACHE_TTL`.

      """;

  private final Map<String, EnvironmentRule> rules =
      EnvironmentRules.all().stream()
          .collect(Collectors.toMap(EnvironmentRule::name, Function.identity()));
  private final Deque<Key> path = new ArrayDeque<>();
  private final List<String> comment = new ArrayList<>();
  private final StringBuilder withVariable = new StringBuilder();
  private final StringBuilder withoutVariable = new StringBuilder();

  private record Key(int indent, String name) {}

  private ConfigurationManual() {}

  /// The whole page.
  static String text() throws IOException {
    var manual = new ConfigurationManual();
    var lines = Files.readAllLines(CONFIGURATION);
    // The first comment is about the file.
    lines.subList(lines.indexOf("") + 1, lines.size()).forEach(manual::line);
    return HEAD
        + "## By variable\n\n| variable | default | allowed | key | |\n|---|---|---|---|---|\n"
        + manual.withVariable
        + "\n## In the file only\n\n| key | value | |\n|---|---|---|\n"
        + manual.withoutVariable;
  }

  private void line(String line) {
    if (line.isBlank()) {
      comment.clear();
    } else if (line.strip().startsWith("#")) {
      comment.add(line.strip().substring(1).strip());
    } else {
      key(line);
    }
  }

  private void key(String line) {
    var match = KEY.matcher(line);
    if (!match.matches()) {
      throw new AssertionError("not understood: " + line);
    }
    // A list's first key stands two columns to the right of its dash.
    int indent = match.group(1).length() + (line.strip().startsWith("- ") ? 2 : 0);
    while (!path.isEmpty() && path.getLast().indent() >= indent) {
      path.removeLast();
    }
    path.addLast(new Key(indent, match.group(2)));
    if (match.group(3) != null) {
      entry(match.group(3));
      // What stands above a group is said of its first key.
      comment.clear();
    }
  }

  private void entry(String value) {
    var key = "`" + path.stream().map(Key::name).collect(Collectors.joining(".")) + "`";
    var words = cell(String.join(" ", comment));
    var variable = VARIABLE.matcher(value);
    if (variable.matches()) {
      var name = variable.group(1);
      var rule = rules.get(name);
      withVariable.append(
          "| `%s` | %s | %s | %s | %s |\n"
              .formatted(
                  name,
                  variable.group(2).isEmpty() ? "" : "`" + variable.group(2) + "`",
                  rule == null ? "" : cell(rule.allowed()),
                  key,
                  words));
    } else {
      var shown = value.length() > LONG ? "see the file" : "`" + value + "`";
      withoutVariable.append("| %s | %s | %s |\n".formatted(key, shown, words));
    }
  }

  /// Bars part cells.
  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
