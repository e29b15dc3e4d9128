package ai.orchard9.rdev.console;

import java.util.Locale;
import java.util.regex.Pattern;

/// Shows characters that would otherwise act: controls, and those that turn the direction of
/// writing (Unicode technical report 36, section 2.5).
final class Visible {
  private static final Pattern ACTING =
      Pattern.compile(
          "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]");

  private Visible() {}

  static String of(String text) {
    return ACTING
        .matcher(text)
        .replaceAll(it -> String.format(Locale.ROOT, "⟨U+%04X⟩", (int) it.group().charAt(0)));
  }
}
