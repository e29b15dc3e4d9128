package ai.orchard9.rdev.bench;

/// Finds `id:` lines in a stream of events, and fails where one does not follow the one before.
final class IdScanner {
  private static final byte[] FIELD = {'i', 'd', ':'};

  private int matched;
  private boolean inNumber;
  private boolean skipping;
  private long number;
  private long last;

  void accept(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      var next = bytes[i];
      if (next == '\n') {
        endOfLine();
      } else if (inNumber) {
        if (next >= '0' && next <= '9') {
          number = number * 10 + (next - '0');
        }
      } else if (!skipping && next == FIELD[matched]) {
        matched++;
        inNumber = matched == FIELD.length;
      } else {
        skipping = true;
      }
    }
  }

  private void endOfLine() {
    if (inNumber) {
      if (number != last + 1) {
        throw new AssertionError("after " + last + " came " + number);
      }
      last = number;
    }
    matched = 0;
    inNumber = false;
    skipping = false;
    number = 0;
  }

  long last() {
    return last;
  }
}
