package ai.orchard9.rdev.stream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Bytes that grow, and the text of output inside JSON strings.
///
/// What is UTF-8 is copied, what is not becomes U+FFFD exactly as `new String(bytes, UTF_8)` has
/// it, and control characters, quotes and backslashes are escaped (RFC 8259, section 7), so that
/// neither a newline nor an ESC of the output reaches the wire as such.
final class JsonText {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH = 0x8080808080808080L;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int LONGEST_ESCAPE = 6;

  private byte[] bytes;
  private int length;

  JsonText(int capacity) {
    bytes = new byte[Math.max(capacity, 16)];
  }

  int length() {
    return length;
  }

  byte[] toBytes() {
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  void raw(byte[] ascii) {
    reserve(ascii.length);
    System.arraycopy(ascii, 0, bytes, length, ascii.length);
    length += ascii.length;
  }

  void number(long value) {
    reserve(20);
    int digits = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      digits++;
    }
    long rest = value;
    for (int i = length + digits - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
  }

  /// Writes the inside of a string: what stands in `source` from `from` up to a newline or `to`.
  ///
  /// @return where it stopped: the index of the newline, or `to`
  int line(byte[] source, int from, int to) {
    int start = length;
    int position = from;
    reserve(Math.min(to - from, 512) + Long.BYTES);
    while (position < to) {
      if (to - position >= Long.BYTES) {
        long word = (long) LONGS.get(source, position);
        if (isPlain(word)) {
          if (bytes.length - length < Long.BYTES) {
            reserve(Long.BYTES);
          }
          LONGS.set(bytes, length, word);
          length += Long.BYTES;
          position += Long.BYTES;
          continue;
        }
      }
      int end = Math.min(to, position + Long.BYTES);
      reserve(Long.BYTES * LONGEST_ESCAPE);
      while (position < end) {
        byte value = source[position];
        if (value == '\n') {
          return position;
        }
        if (value >= 0) {
          ascii(value);
          position++;
        } else {
          int size = Sequence.length(source, position, to);
          if (size == 0) {
            return repaired(source, from, to, start);
          }
          for (int i = 0; i < size; i++) {
            bytes[length++] = source[position++];
          }
        }
      }
    }
    return to;
  }

  /// Writes the line again as Java's decoder reads it: slower, but only for what is not UTF-8.
  private int repaired(byte[] source, int from, int to, int start) {
    length = start;
    int end = from;
    while (end < to && source[end] != '\n') {
      end++;
    }
    byte[] decoded =
        new String(source, from, end - from, StandardCharsets.UTF_8)
            .getBytes(StandardCharsets.UTF_8);
    line(decoded, 0, decoded.length);
    return end;
  }

  private void ascii(byte value) {
    if (value >= 0x20 && value != '"' && value != '\\') {
      bytes[length++] = value;
      return;
    }
    bytes[length++] = '\\';
    switch (value) {
      case '"', '\\' -> bytes[length++] = value;
      case '\r' -> bytes[length++] = 'r';
      case '\t' -> bytes[length++] = 't';
      default -> {
        bytes[length++] = 'u';
        bytes[length++] = '0';
        bytes[length++] = '0';
        bytes[length++] = HEX[value >> 4];
        bytes[length++] = HEX[value & 0xf];
      }
    }
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length + (bytes.length >> 1)));
    }
  }

  /// Eight bytes of ASCII none of which needs an escape.
  private static boolean isPlain(long word) {
    long quote = word ^ (ONES * '"');
    long backslash = word ^ (ONES * '\\');
    long any =
        word
            | ((word - ONES * 0x20) & ~word)
            | ((quote - ONES) & ~quote)
            | ((backslash - ONES) & ~backslash);
    return (any & HIGH) == 0;
  }

  /// Well-formed sequences of more than one byte (Unicode 16, table 3-7).
  private static final class Sequence {

    /// How many bytes the character at `position` takes; 0 if they are no UTF-8.
    static int length(byte[] source, int position, int to) {
      int lead = source[position] & 0xff;
      if (lead < 0xc2 || lead > 0xf4) {
        return 0;
      }
      int size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      if (position + size > to) {
        return 0;
      }
      int second = source[position + 1] & 0xff;
      int least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
      int most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
      if (second < least || second > most) {
        return 0;
      }
      for (int i = 2; i < size; i++) {
        if ((source[position + i] & 0xc0) != 0x80) {
          return 0;
        }
      }
      return size;
    }
  }
}
