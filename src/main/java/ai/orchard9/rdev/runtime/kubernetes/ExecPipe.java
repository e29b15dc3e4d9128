package ai.orchard9.rdev.runtime.kubernetes;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/// One stream of an exec on its way from the connection to its reader. Bounded: when the reader is
/// slow the connection waits, and so does, in the end, who prints.
///
/// One thread fills it, one reads it; anybody may close it.
final class ExecPipe extends InputStream {
  /// Some frames of the 32 KiB that servers send.
  private static final int BOUND = 256 << 10;

  private final ArrayDeque<ByteBuffer> pieces = new ArrayDeque<>();
  private int held;
  private boolean ended;
  private boolean closed;

  /// Waits for room. What comes after the reader has gone is dropped.
  synchronized void put(ByteBuffer bytes) throws InterruptedException {
    while (held >= BOUND && !closed) {
      wait();
    }
    if (!closed && bytes.hasRemaining()) {
      held += bytes.remaining();
      pieces.add(bytes);
      notifyAll();
    }
  }

  /// Nothing more comes; what is here can still be read.
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  @Override
  public int read() {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public synchronized int read(byte[] target, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    while (pieces.isEmpty() && !ended && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return -1;
      }
    }
    var piece = pieces.peek();
    if (closed || piece == null) {
      return -1;
    }
    var count = Math.min(length, piece.remaining());
    piece.get(target, offset, count);
    if (!piece.hasRemaining()) {
      pieces.remove();
    }
    held -= count;
    notifyAll();
    return count;
  }

  @Override
  public synchronized int available() {
    return closed ? 0 : held;
  }

  @Override
  public synchronized void close() {
    closed = true;
    pieces.clear();
    held = 0;
    notifyAll();
  }
}
