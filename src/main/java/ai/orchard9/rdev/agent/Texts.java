package ai.orchard9.rdev.agent;

/// Texts as a table can hold them.
final class Texts {
  private static final char REPLACEMENT = '\ufffd';

  private Texts() {}

  /// Without NUL, which PostgreSQL refuses, and without halves of surrogate pairs, which are no
  /// UTF-8: U+FFFD stands for each.
  static String clean(String text) {
    var clean = new StringBuilder(text.length());
    text.codePoints()
        .map(it -> it == 0 || (it >= 0xd800 && it <= 0xdfff) ? REPLACEMENT : it)
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }
}
