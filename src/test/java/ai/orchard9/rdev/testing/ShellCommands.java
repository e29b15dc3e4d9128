package ai.orchard9.rdev.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The command lines that operators are given: in blocks marked `sh` of runbooks and manuals, and
/// those of the runbooks that there were before.
public final class ShellCommands {
  private static final Path FORMER = Path.of("src/test/resources/former-runbooks.sh");
  private static final List<Path> FOLDERS =
      List.of(Path.of("runbooks"), Path.of("docs/operations"));
  private static final Pattern INTO_THE_CONTAINER =
      Pattern.compile(
          "kubectl (?:exec -n rdev|-n rdev exec)(?: -it)? (?:deploy(?:ment)?/rdev-api|<pod-name>)"
              + " -- ");
  private static final String OPEN = "```sh";
  private static final String CLOSE = "```";

  private ShellCommands() {}

  /// One command, perhaps of several lines.
  public record Given(Path file, int line, String text) {
    /// Without the way into a container of rdev-api; the whole where it goes into none.
    public String inside() {
      return INTO_THE_CONTAINER.matcher(text).replaceFirst("");
    }

    @Override
    public String toString() {
      return file.getFileName() + ":" + line + " " + text.lines().findFirst().orElse("");
    }
  }

  /// All of them.
  public static List<Given> all() {
    var all = new ArrayList<Given>();
    for (var folder : FOLDERS) {
      pages(folder).forEach(page -> all.addAll(of(page)));
    }
    all.addAll(split(FORMER, lines(FORMER), 0));
    return all;
  }

  private static List<Path> pages(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(it -> it.toString().endsWith(".md")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Those of one page.
  public static List<Given> of(Path page) {
    var lines = lines(page);
    var all = new ArrayList<Given>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).strip().equals(OPEN)) {
        int end = i + 1;
        while (!lines.get(end).strip().equals(CLOSE)) {
          end++;
        }
        all.addAll(split(page, lines.subList(i + 1, end), i + 1));
        i = end;
      }
    }
    return all;
  }

  /// A command goes on while a quote is open or its line ends in a backslash.
  private static List<Given> split(Path file, List<String> lines, int before) {
    var all = new ArrayList<Given>();
    var text = new StringBuilder();
    int begin = 0;
    for (int i = 0; i < lines.size(); i++) {
      var line = lines.get(i);
      if (text.isEmpty()) {
        if (line.isBlank() || line.strip().startsWith("#")) {
          continue;
        }
        begin = before + i + 1;
      }
      text.append(line.endsWith("\\") ? line.substring(0, line.length() - 1) : line);
      if (!line.endsWith("\\") && !isQuoteOpen(text)) {
        all.add(new Given(file, begin, text.toString().strip()));
        text.setLength(0);
      } else if (isQuoteOpen(text)) {
        text.append('\n');
      }
    }
    if (!text.isEmpty()) {
      throw new AssertionError(file + ":" + begin + " does not end: " + text);
    }
    return all;
  }

  private static boolean isQuoteOpen(CharSequence text) {
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      }
    }
    return quote != 0;
  }

  /// The words of a command up to the first pipe or redirection, without their quotes.
  public static List<String> words(String command) {
    var words = new ArrayList<String>();
    StringBuilder word = null;
    char quote = 0;
    for (int i = 0; i < command.length(); i++) {
      char c = command.charAt(i);
      if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          Objects.requireNonNull(word).append(c);
        }
      } else if (c == '|' || (c == '>' && word == null)) {
        break;
      } else if (c == '\'' || c == '"') {
        quote = c;
        word = word == null ? new StringBuilder() : word;
      } else if (Character.isWhitespace(c)) {
        if (word != null) {
          words.add(word.toString());
        }
        word = null;
      } else {
        word = (word == null ? new StringBuilder() : word).append(c);
      }
    }
    if (word != null) {
      words.add(word.toString());
    }
    return words;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
