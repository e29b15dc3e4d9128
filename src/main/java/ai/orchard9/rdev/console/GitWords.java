package ai.orchard9.rdev.console;

import ai.orchard9.rdev.error.ApiException;
import java.util.ArrayList;
import java.util.List;

/// Splits what somebody typed after `git` into arguments: at blanks, but not inside of quotes.
/// Nothing else means anything: no shell comes between.
final class GitWords {
  private GitWords() {}

  /// @throws ApiException.BadRequest a quote is not closed
  static List<String> of(String text) {
    var words = new ArrayList<String>();
    var word = new StringBuilder();
    var begun = false;
    char quote = 0;
    for (char c : text.strip().toCharArray()) {
      if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
        begun = true;
      } else if (Character.isWhitespace(c)) {
        if (begun) {
          words.add(word.toString());
          word.setLength(0);
          begun = false;
        }
      } else {
        word.append(c);
        begun = true;
      }
    }
    if (quote != 0) {
      throw ApiException.badField("args", "a quote is not closed");
    }
    if (begun) {
      words.add(word.toString());
    }
    if (!words.isEmpty() && words.getFirst().equals("git")) {
      words.removeFirst();
    }
    return List.copyOf(words);
  }
}
