package ai.orchard9.rdev.runtime.kubernetes;

import io.fabric8.kubernetes.client.http.WebSocket;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Stdin of an exec: each write is a frame or some.
final class ExecInput extends OutputStream {
  private static final byte STDIN = 0;
  private static final int FRAME = 32 << 10;

  /// The transport queues without telling when there is room again; so little that a stuck
  /// connection holds little.
  private static final long QUEUE = 256 << 10;

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(2);

  private final WebSocket socket;
  private final BooleanSupplier over;

  ExecInput(WebSocket socket, BooleanSupplier over) {
    this.socket = socket;
    this.over = over;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    for (int done = 0; done < length; done += FRAME) {
      var size = Math.min(FRAME, length - done);
      var frame = ByteBuffer.allocate(size + 1).put(STDIN).put(bytes, offset + done, size).flip();
      awaitRoom();
      if (over.getAsBoolean() || !socket.send(frame)) {
        throw new IOException("the session is over");
      }
    }
  }

  private void awaitRoom() throws IOException {
    var until = System.nanoTime() + LIMIT.toNanos();
    while (socket.queueSize() > QUEUE && !over.getAsBoolean()) {
      if (System.nanoTime() - until >= 0) {
        throw new IOException("the session takes no input");
      }
      try {
        Thread.sleep(LOOK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }
}
