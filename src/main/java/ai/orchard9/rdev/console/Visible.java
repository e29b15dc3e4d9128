package ai.orchard9.rdev.console;

import java.util.Locale;

/// Shows characters that would otherwise act: controls, and those that turn the direction of
/// writing (Unicode technical report 36, section 2.5).
///
/// A loop and not a pattern: it reads every page whole, and a pattern of this class took an eighth
/// of the overview's time.
final class Visible {
  private Visible() {}

  static String of(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (acts(text.charAt(i))) {
        return shown(text, i);
      }
    }
    return text;
  }

  private static String shown(String text, int first) {
    var shown = new StringBuilder(text.length() + 64).append(text, 0, first);
    for (int i = first; i < text.length(); i++) {
      char read = text.charAt(i);
      if (acts(read)) {
        shown.append(String.format(Locale.ROOT, "⟨U+%04X⟩", (int) read));
      } else {
        shown.append(read);
      }
    }
    return shown.toString();
  }

  private static boolean acts(char read) {
    if (read < '\u00a0') {
      return read < ' ' ? read != '\t' && read != '\n' && read != '\r' : read >= '\u007f';
    }
    return read == '\u061c'
        || read == '\u200e'
        || read == '\u200f'
        || (read >= '\u202a' && read <= '\u202e')
        || (read >= '\u2066' && read <= '\u2069');
  }
}
