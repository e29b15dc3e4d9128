package ai.orchard9.rdev.http;

import java.net.InetAddress;
import java.util.Optional;

/// Reads addresses written as numbers, in the one way that everybody reads alike: four decimal
/// numbers without leading zeros (some take `010` for 8, and `10.1` for `10.0.0.1`), or v6. A
/// v4-mapped v6 address is the v4 one. Names are never looked up.
public final class NumericAddress {
  private static final int LONGEST = 45;
  private static final int V4_PARTS = 4;
  private static final int MOST_DIGITS = 3;
  private static final int MOST_V4_PART = 255;

  private NumericAddress() {}

  /// The address; empty if it is none.
  public static Optional<InetAddress> parse(String text) {
    if (text.length() > LONGEST || !(text.indexOf(':') < 0 ? isV4(text) : mayBeV6(text))) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  /// Brackets and zone of `[fe80::1%eth0]` are left off: neither says which address it is.
  static Optional<InetAddress> parseHost(String text) {
    var bare =
        text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    var zone = bare.indexOf('%');
    return parse(zone < 0 ? bare : bare.substring(0, zone));
  }

  private static boolean mayBeV6(String text) {
    for (int i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (c != ':' && c != '.' && Character.digit(c, 16) < 0) {
        return false;
      }
    }
    return text.indexOf('.') < 0 || isV4(text.substring(text.lastIndexOf(':') + 1));
  }

  private static boolean isV4(String text) {
    int parts = 0;
    int from = 0;
    while (from <= text.length()) {
      int dot = text.indexOf('.', from);
      int to = dot < 0 ? text.length() : dot;
      if (!isV4Part(text, from, to)) {
        return false;
      }
      parts++;
      from = to + 1;
    }
    return parts == V4_PARTS;
  }

  private static boolean isV4Part(String text, int from, int to) {
    int length = to - from;
    if (length < 1 || length > MOST_DIGITS || (length > 1 && text.charAt(from) == '0')) {
      return false;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      var c = text.charAt(i);
      if (c < '0' || c > '9') {
        return false;
      }
      value = 10 * value + c - '0';
    }
    return value <= MOST_V4_PART;
  }
}
