package ai.orchard9.rdev.testing.cluster;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// A client's connection.
final class Connection implements AutoCloseable {
  private static final int LINGER_MILLIS = 5_000;

  private final Socket socket;
  private final InputStream in;
  private final Wire out;

  Connection(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream());
    this.out = new Wire(socket.getOutputStream(), this::close);
  }

  InputStream in() {
    return in;
  }

  Wire out() {
    return out;
  }

  /// Waits until the client goes, whatever it sends.
  void awaitEnd() {
    try {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException _) {
      // It has gone.
    }
  }

  /// Ends the answer and lets the client read it to its end, which a close while its bytes are
  /// unread would not: that is a reset, which may overtake what was sent. Whoever reads goes on
  /// reading.
  void endOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException _) {
      // It has gone.
    }
    closeAfter(Duration.ofMillis(LINGER_MILLIS));
  }

  /// Closes it when this time has passed.
  void closeAfter(Duration time) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                TimeUnit.NANOSECONDS.sleep(time.toNanos());
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
              close();
            });
  }

  /// Resets the connection.
  void abort() {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException _) {
      // It has gone.
    }
    close();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException _) {
      // It has gone.
    }
  }
}
