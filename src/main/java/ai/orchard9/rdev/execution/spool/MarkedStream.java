package ai.orchard9.rdev.execution.spool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/// The bytes of a stream up to its marker, exactly, as soon as they are known not to belong to it:
/// held back is only a tail that the marker begins with. What follows the marker, to the end of its
/// line, is the trailer.
final class MarkedStream extends InputStream {
  private static final int ROOM = 64 * 1024;
  private static final int LONGEST_TRAILER = 4096;

  private final InputStream in;
  private final byte[] marker;
  private final int[] skip = new int[256];
  private final byte[] bytes = new byte[ROOM];
  private final CountDownLatch ended;
  private long left;

  // Bytes [from, safe) may be given out, [safe, to) may be the beginning of the marker.
  private int from;
  private int safe;
  private int to;
  private boolean over;
  private boolean told;
  private volatile boolean found;
  private volatile String trailer = "";

  /// @param in the stream, from its offset on
  /// @param limit how many bytes before the marker are output: where a disk was full, half of
  ///   another marker may lie between
  /// @param ended counted down once, when a reader was told the end
  MarkedStream(InputStream in, Marker marker, long limit, CountDownLatch ended) {
    this.in = in;
    this.marker = marker.text().getBytes(StandardCharsets.US_ASCII);
    this.left = limit;
    this.ended = ended;
    Arrays.fill(skip, this.marker.length);
    for (int i = 0; i < this.marker.length - 1; i++) {
      skip[this.marker[i] & 0xff] = this.marker.length - 1 - i;
    }
  }

  boolean found() {
    return found;
  }

  /// What stood behind the marker; empty while it is not found.
  String trailer() {
    return trailer;
  }

  @Override
  public int read() {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    while (!over && (from == safe || left == 0)) {
      fill();
    }
    int count = (int) Math.min(Math.min(length, safe - from), left);
    if (count == 0) {
      tellEnd();
      return -1;
    }
    System.arraycopy(bytes, from, target, offset, count);
    from += count;
    left -= count;
    return count;
  }

  private void tellEnd() {
    if (!told) {
      told = true;
      ended.countDown();
    }
  }

  private void fill() {
    System.arraycopy(bytes, safe, bytes, 0, to - safe);
    to -= safe;
    from = 0;
    safe = 0;
    int count = readMore();
    if (count < 0) {
      // What is held back will be read again: the session broke, since the marker is missing.
      over = true;
      return;
    }
    to += count;
    int at = find();
    if (at >= 0) {
      safe = at;
      over = true;
      readTrailer(at + marker.length);
    } else {
      safe = to - heldBack();
    }
  }

  private int readMore() {
    try {
      return in.read(bytes, to, bytes.length - to);
    } catch (IOException e) {
      // A broken session is an end without a marker.
      return -1;
    }
  }

  /// Boyer, Moore and Horspool's search: looks at every fortieth byte of most output.
  private int find() {
    int last = marker.length - 1;
    for (int at = 0; at + last < to; at += skip[bytes[at + last] & 0xff]) {
      int i = last;
      while (i >= 0 && bytes[at + i] == marker[i]) {
        i--;
      }
      if (i < 0) {
        return at;
      }
    }
    return -1;
  }

  /// The longest end of what has come that the marker begins with.
  private int heldBack() {
    for (int length = Math.min(marker.length - 1, to); length > 0; length--) {
      if (Arrays.equals(bytes, to - length, to, marker, 0, length)) {
        return length;
      }
    }
    return 0;
  }

  private void readTrailer(int start) {
    var text = new StringBuilder();
    try {
      for (int i = start; text.length() < LONGEST_TRAILER; i++) {
        int next = i < to ? bytes[i] & 0xff : in.read();
        if (next == '\n') {
          trailer = text.toString();
          found = true;
        }
        if (next == '\n' || next < 0) {
          return;
        }
        text.append((char) next);
      }
    } catch (IOException e) {
      // Half a trailer is none.
    }
  }
}
