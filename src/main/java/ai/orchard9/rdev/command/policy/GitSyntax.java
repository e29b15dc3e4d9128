package ai.orchard9.rdev.command.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// What one sub-command takes, as `git-options.txt` has it.
///
/// @param added given to git always
/// @param marks words about its operands
record GitSyntax(Map<String, GitOption> options, List<String> added, Set<String> marks) {
  private static final Set<String> MARKS =
      Set.of("clusters", "remote", "pattern", "dash", "single", "none", "index", "unmerged");
  private static final Map<String, GitSyntax> ALL = read();

  GitSyntax {
    options = Map.copyOf(options);
    added = List.copyOf(added);
    marks = Set.copyOf(marks);
  }

  /// The syntax of a sub-command, as `log` or `stash list`.
  static Optional<GitSyntax> find(String subcommand) {
    return subcommand.startsWith("@") ? Optional.empty() : Optional.ofNullable(ALL.get(subcommand));
  }

  /// Every sub-command, in the order of the file.
  static List<String> subcommands() {
    return ALL.keySet().stream().filter(it -> !it.startsWith("@") && !it.contains(" ")).toList();
  }

  boolean is(String mark) {
    return marks.contains(mark);
  }

  int mostOperands() {
    return is("none") ? 0 : is("single") ? 1 : Integer.MAX_VALUE;
  }

  private static Map<String, GitSyntax> read() {
    var all = new LinkedHashMap<String, GitSyntax>();
    var name = "";
    var words = new ArrayList<String>();
    for (var line : (text() + "\nend:").lines().toList()) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (line.startsWith(" ")) {
        words.addAll(List.of(line.strip().split(" +", -1)));
        continue;
      }
      if (!name.isEmpty()) {
        all.put(name, of(words, all));
      }
      name = line.substring(0, line.indexOf(':'));
      words.clear();
    }
    return Collections.unmodifiableMap(all);
  }

  private static GitSyntax of(List<String> words, Map<String, GitSyntax> groups) {
    var options = new LinkedHashMap<String, GitOption>();
    var added = new ArrayList<String>();
    var marks = new LinkedHashSet<String>();
    for (var word : words) {
      if (word.startsWith("@")) {
        options.putAll(Objects.requireNonNull(groups.get(word), word).options());
      } else if (word.startsWith("+")) {
        added.add(word.substring(1));
      } else if (word.startsWith("-")) {
        var option = GitOption.parse(word);
        options.put(option.name(), option);
      } else if (MARKS.contains(word)) {
        marks.add(word);
      } else {
        throw new IllegalStateException("git-options.txt has an unknown word: " + word);
      }
    }
    return new GitSyntax(options, added, marks);
  }

  private static String text() {
    try (var file =
        Objects.requireNonNull(GitSyntax.class.getResourceAsStream("git-options.txt"))) {
      return new String(file.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
