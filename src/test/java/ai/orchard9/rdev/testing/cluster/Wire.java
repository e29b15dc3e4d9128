package ai.orchard9.rdev.testing.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The way back to a client, which may be slow and may be cut at any byte.
final class Wire extends OutputStream {
  private static final int PIECES_PER_SECOND = 50;

  private final OutputStream out;
  private final Runnable cut;
  private int bytesPerSecond = Integer.MAX_VALUE;
  private long left = Long.MAX_VALUE;

  Wire(OutputStream out, Runnable cut) {
    this.out = out;
    this.cut = cut;
  }

  synchronized void reset() {
    bytesPerSecond = Integer.MAX_VALUE;
    left = Long.MAX_VALUE;
  }

  synchronized void slow(int rate) {
    bytesPerSecond = rate;
  }

  synchronized void cutAfter(long bytes) {
    left = bytes;
    cutIfDue();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) throws IOException {
    var sent = 0;
    while (sent < length) {
      var piece = (int) Math.min(Math.min(length - sent, piece()), left);
      out.write(bytes, from + sent, piece);
      out.flush();
      sent += piece;
      left -= piece;
      cutIfDue();
      if (left <= 0) {
        throw new IOException("cut");
      }
      if (bytesPerSecond < Integer.MAX_VALUE) {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(piece) / bytesPerSecond);
      }
    }
  }

  private int piece() {
    return Math.max(1, bytesPerSecond / PIECES_PER_SECOND);
  }

  private void cutIfDue() {
    if (left <= 0) {
      cut.run();
    }
  }
}
