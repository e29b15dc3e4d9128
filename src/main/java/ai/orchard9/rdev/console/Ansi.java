package ai.orchard9.rdev.console;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// What a terminal would show of one line, as text with colours: SGR is understood (ECMA-48 section
/// 8.3.117), every other control sequence is left out, and nothing of it reaches the browser as
/// anything but text. The script of the page does the same.
final class Ansi {
  private static final char ESC = '\u001b';
  private static final char BEL = '\u0007';

  /// C1 controls, as one character each.
  private static final char CSI = '\u009b';

  private static final char ST = '\u009c';

  /// A stretch of one look. Public only because Thymeleaf reads it.
  ///
  /// @param look class names; empty: plain
  public record Span(String text, String look) {}

  private final String line;
  private final List<Span> spans = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private final TreeSet<String> looks = new TreeSet<>();
  private int at;

  private Ansi(String line) {
    this.line = line;
  }

  /// The spans of a line without its newline.
  static List<Span> spans(String line) {
    return new Ansi(overwritten(line)).parse();
  }

  /// A carriage return that something follows begins the line anew.
  private static String overwritten(String line) {
    var end = line.length();
    while (end > 0 && line.charAt(end - 1) == '\r') {
      end--;
    }
    return line.substring(line.lastIndexOf('\r', end - 1) + 1, end);
  }

  private List<Span> parse() {
    while (at < line.length()) {
      char c = line.charAt(at++);
      if (c == ESC) {
        escape();
      } else if (c == CSI) {
        control();
      } else if (c == '\u0090' || c == '\u0098' || (c >= '\u009d' && c <= '\u009f')) {
        skipString();
      } else if (c < '\u0080' || c > '\u009f') {
        text.append(c);
      }
    }
    flush();
    return List.copyOf(spans);
  }

  private void escape() {
    if (at == line.length()) {
      return;
    }
    char kind = line.charAt(at++);
    switch (kind) {
      case '[' -> control();
      case ']', 'P', 'X', '^', '_' -> skipString();
      default -> {
        // Intermediate bytes of a short sequence, as in ESC ( B, then its final one.
        while (kind >= ' ' && kind <= '/' && at < line.length()) {
          kind = line.charAt(at++);
        }
      }
    }
  }

  /// Up to its end: BEL, ST, or that of the line.
  private void skipString() {
    while (at < line.length()) {
      char c = line.charAt(at++);
      if (c == BEL || c == ST) {
        return;
      }
      if (c == ESC && at < line.length() && line.charAt(at) == '\\') {
        at++;
        return;
      }
    }
  }

  private void control() {
    var from = at;
    while (at < line.length() && line.charAt(at) >= ' ' && line.charAt(at) <= '?') {
      at++;
    }
    if (at < line.length() && line.charAt(at++) == 'm') {
      flush();
      select(line.substring(from, at - 1));
    }
  }

  private void flush() {
    if (!text.isEmpty()) {
      spans.add(new Span(text.toString(), String.join(" ", looks)));
      text.setLength(0);
    }
  }

  private void select(String parameters) {
    if (!parameters.matches("[0-9;:]*")) {
      return;
    }
    var codes = parameters.split("[;:]", -1);
    for (int i = 0; i < codes.length; i++) {
      var code = number(codes[i]);
      if (code == 38 || code == 48) {
        i += colour(code == 38 ? "f" : "g", codes, i + 1);
      } else {
        select(code);
      }
    }
  }

  private static int number(String digits) {
    return digits.isEmpty() ? 0 : digits.length() > 3 ? -1 : Integer.parseInt(digits);
  }

  private void select(int code) {
    switch (code) {
      case 0 -> looks.clear();
      case 1 -> looks.add("b");
      case 2 -> looks.add("d");
      case 3 -> looks.add("i");
      case 4 -> looks.add("u");
      case 7 -> looks.add("inv");
      case 9 -> looks.add("s");
      case 22 -> looks.removeAll(List.of("b", "d"));
      case 23 -> looks.remove("i");
      case 24 -> looks.remove("u");
      case 27 -> looks.remove("inv");
      case 29 -> looks.remove("s");
      default -> colour(code);
    }
  }

  private void colour(int code) {
    if (code >= 30 && code <= 37) {
      set("f", code - 30);
    } else if (code >= 40 && code <= 47) {
      set("g", code - 40);
    } else if (code >= 90 && code <= 97) {
      set("f", code - 90 + 8);
    } else if (code >= 100 && code <= 107) {
      set("g", code - 100 + 8);
    } else if (code == 39) {
      unset("f");
    } else if (code == 49) {
      unset("g");
    }
  }

  /// `5;n` or `2;r;g;b`; returns how many parameters it took.
  private int colour(String ground, String[] codes, int from) {
    var kind = from < codes.length ? number(codes[from]) : -1;
    if (kind == 5 && from + 1 < codes.length) {
      set(ground, Palette.nearest(number(codes[from + 1])));
      return 2;
    }
    if (kind == 2 && from + 3 < codes.length) {
      set(
          ground,
          Palette.nearest(
              number(codes[from + 1]), number(codes[from + 2]), number(codes[from + 3])));
      return 4;
    }
    return codes.length;
  }

  private void set(String ground, int colour) {
    unset(ground);
    looks.add(ground + colour);
  }

  private void unset(String ground) {
    looks.removeIf(it -> it.matches(ground + "[0-9]+"));
  }
}
