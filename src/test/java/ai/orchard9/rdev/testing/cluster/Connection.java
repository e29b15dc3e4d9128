package ai.orchard9.rdev.testing.cluster;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

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
      in.transferTo(java.io.OutputStream.nullOutputStream());
    } catch (IOException _) {
      // It has gone.
    }
  }

  /// Ends the answer and lets the client read it to its end: a plain close while bytes of the
  /// client are unread would be a reset, which may overtake what was sent.
  void finish() {
    try {
      socket.setSoTimeout(LINGER_MILLIS);
      socket.shutdownOutput();
      awaitEnd();
    } catch (IOException _) {
      // It has gone.
    }
    close();
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
