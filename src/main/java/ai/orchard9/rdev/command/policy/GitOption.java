package ai.orchard9.rdev.command.policy;

import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One option that a sub-command takes, by its whole name.
///
/// @param kind what its value may be
/// @param choices the only values, when the kind is `CHOICE`
record GitOption(String name, Form form, Kind kind, Set<String> choices) {
  private static final Pattern WRITTEN = Pattern.compile("(--?[^=\\[]+)(=_|=|\\[=])?(.*)");

  /// Whether it has a value, and where git looks for it.
  enum Form {
    /// None.
    FLAG,
    /// In the same argument or the next one.
    VALUE,
    /// In the same argument only.
    ATTACHED,
    /// In the same argument or missing.
    OPTIONAL
  }

  /// What a value may be.
  enum Kind {
    /// Names and numbers: what an operand may be.
    PLAIN,
    /// Anything, lines too.
    TEXT,
    /// A commit and nothing else; `amend:…` opens an editor.
    REV,
    /// Letters, digits and `=%-`: git hands it to a merge strategy as an option.
    WORD,
    /// One of some words.
    CHOICE
  }

  /// Reads what stands in `git-options.txt`.
  static GitOption parse(String written) {
    var matcher = WRITTEN.matcher(written);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no option: " + written);
    }
    var form = form(matcher.group(2));
    var kind = matcher.group(3);
    return switch (kind) {
      case "" -> new GitOption(matcher.group(1), form, Kind.PLAIN, Set.of());
      case "text" -> new GitOption(matcher.group(1), form, Kind.TEXT, Set.of());
      case "rev" -> new GitOption(matcher.group(1), form, Kind.REV, Set.of());
      case "word" -> new GitOption(matcher.group(1), form, Kind.WORD, Set.of());
      default -> new GitOption(matcher.group(1), form, Kind.CHOICE, Set.of(kind.split("\\|", -1)));
    };
  }

  private static Form form(@Nullable String sign) {
    return switch (sign) {
      case null -> Form.FLAG;
      case "=" -> Form.VALUE;
      case "=_" -> Form.ATTACHED;
      default -> Form.OPTIONAL;
    };
  }

  boolean isLong() {
    return name.startsWith("--");
  }
}
