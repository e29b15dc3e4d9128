package ai.orchard9.rdev.stream;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One range of bytes (RFC 9110, section 14): `start` to before `end`; an empty one cannot be
/// satisfied.
record ByteRange(long start, long end) {

  private static final Pattern ONE = Pattern.compile("bytes=[ \\t]*([0-9]*)-([0-9]*)[ \\t]*");
  private static final int MOST_DIGITS = 18;

  /// What the header asks of `size` bytes; empty if there is no header, or one that a server
  /// ignores: another unit, a malformed one, or several ranges.
  static Optional<ByteRange> parse(@Nullable String header, long size) {
    if (header == null) {
      return Optional.empty();
    }
    var matcher = ONE.matcher(header);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String first = matcher.group(1);
    String last = matcher.group(2);
    if (first.isEmpty()) {
      if (last.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(new ByteRange(size - Math.min(size, number(last)), size));
    }
    long start = number(first);
    if (!last.isEmpty() && number(last) < start) {
      return Optional.empty();
    }
    long end = last.isEmpty() ? size : Math.min(size, number(last) + 1);
    return Optional.of(new ByteRange(start, Math.max(start, end)));
  }

  boolean isSatisfiable(long size) {
    return start < size && end > start;
  }

  private static long number(String digits) {
    return digits.length() > MOST_DIGITS ? Long.MAX_VALUE / 2 : Long.parseLong(digits);
  }
}
