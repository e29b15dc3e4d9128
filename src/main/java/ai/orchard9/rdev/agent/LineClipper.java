package ai.orchard9.rdev.agent;

import java.util.Arrays;

/// Collects lines that may be a JSON object, in bounded memory: of a string longer than
/// [#STRING_BYTES] only the beginning is kept, so that the line of a tool that read a file of 10 MB
/// is still one that can be parsed. Lines that begin otherwise are passed over.
final class LineClipper {
  /// Of each string, as it is escaped.
  static final int STRING_BYTES = 32 * 1024;

  /// Of a line after its strings were cut; one that is longer is passed over.
  static final int LINE_BYTES = 256 * 1024;

  private static final int LEAST_BYTES = 4096;
  private static final int BACKSLASH = -1;

  private byte[] line = new byte[LEAST_BYTES];
  private int length;
  private int stringLength;

  /// What is left of an escape in a string: digits of `\\u`, or [#BACKSLASH]; 0: in none.
  private int escape;

  private boolean inString;
  private boolean cutting;
  private boolean cut;
  private boolean passing;

  /// Takes the next byte of a line, but its newline.
  void take(byte read) {
    if (passing) {
      return;
    }
    if (length == 0) {
      begin(read);
    } else if (inString) {
      inString(read);
    } else {
      keep(read);
      if (read == '"') {
        inString = true;
        stringLength = 0;
      }
    }
  }

  /// Whether nothing of this line can matter, so that its bytes need not be taken.
  boolean isPassing() {
    return passing;
  }

  /// Whether strings of the line were cut.
  boolean isCut() {
    return cut;
  }

  /// The line so far; empty when it is not one that may be an object. Begins the next one.
  byte[] end() {
    var ended = passing ? new byte[0] : Arrays.copyOf(line, length);
    if (line.length > STRING_BYTES) {
      line = new byte[LEAST_BYTES];
    }
    length = 0;
    escape = 0;
    inString = false;
    cutting = false;
    passing = false;
    return ended;
  }

  private void begin(byte read) {
    cut = false;
    if (read == '{') {
      keep(read);
    } else if (read != ' ' && read != '\t' && read != '\r') {
      passing = true;
    }
  }

  private void inString(byte read) {
    var ends = escape == 0 && read == '"';
    if (ends) {
      inString = false;
      cutting = false;
    } else if (!cutting && stringLength >= STRING_BYTES && escape == 0 && !continues(read)) {
      cutting = true;
      cut = true;
    }
    if (escape == BACKSLASH) {
      escape = read == 'u' ? 4 : 0;
    } else if (escape > 0) {
      escape--;
    } else if (read == '\\') {
      escape = BACKSLASH;
    }
    if (!cutting) {
      keep(read);
      stringLength++;
    }
  }

  /// Whether the byte goes on with a character of UTF-8 that began before it.
  private static boolean continues(byte read) {
    return (read & 0xc0) == 0x80;
  }

  private void keep(byte read) {
    if (length == LINE_BYTES) {
      passing = true;
      length = 1;
      return;
    }
    if (length == line.length) {
      line = Arrays.copyOf(line, 2 * length);
    }
    line[length++] = read;
  }
}
