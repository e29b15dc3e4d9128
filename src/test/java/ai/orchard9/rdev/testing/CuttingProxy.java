package ai.orchard9.rdev.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

/// Stands between a client and a server, and cuts what the server answers: the first connection
/// right behind a text, the second one before anything; from the third on everything passes.
public final class CuttingProxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 16 * 1024;

  private final ServerSocket listening;
  private final URI server;
  private final String cutBehind;
  private final AtomicInteger connections = new AtomicInteger();

  /// One in front of a server.
  ///
  /// @param cutBehind what the first answer ends with
  public CuttingProxy(URI server, String cutBehind) {
    this.server = server;
    this.cutBehind = cutBehind;
    try {
      this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("cutting-proxy").start(this::accept);
  }

  /// Where it listens.
  public URI uri() {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort());
  }

  /// How many connections it was given.
  public int connections() {
    return connections.get();
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        @SuppressWarnings("resource") // Closed by whoever serves it.
        var client = listening.accept();
        var number = connections.incrementAndGet();
        Thread.ofVirtual().name("cut-connection").start(() -> serve(client, number));
      } catch (IOException closed) {
        // By close().
      }
    }
  }

  private void serve(Socket client, int number) {
    try (client;
        var socket = new Socket(server.getHost(), server.getPort())) {
      if (number == 2) {
        return;
      }
      Thread.ofVirtual().name("cut-requests").start(() -> pass(client, socket));
      if (number == 1) {
        passUpTo(cutBehind, socket.getInputStream(), client.getOutputStream());
      } else {
        socket.getInputStream().transferTo(client.getOutputStream());
      }
    } catch (IOException gone) {
      // Either side has left; so does the other.
    }
  }

  private static void pass(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException gone) {
      // The connection is over.
    }
  }

  private static void passUpTo(String last, InputStream in, OutputStream out) throws IOException {
    var seen = new StringBuilder();
    var buffer = new byte[BUFFER_BYTES];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      var before = seen.length();
      seen.append(new String(buffer, 0, n, ISO_8859_1));
      var at = seen.indexOf(last);
      if (at >= 0) {
        out.write(buffer, 0, at + last.length() - before);
        return;
      }
      out.write(buffer, 0, n);
    }
  }
}
