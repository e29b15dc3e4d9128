package ai.orchard9.rdev.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// A receiver of webhooks that keeps connections and bodies, answers 204 and does nothing else, for
/// it shares its processors with who sends.
final class Sink implements AutoCloseable {
  private static final byte[] ANSWER = "HTTP/1.1 204 No Content\r\n\r\n".getBytes(US_ASCII);
  private static final String LENGTH = "content-length:";

  private final ServerSocket server;
  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();

  /// @param at when it had arrived in full
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Arrival(byte[] body, Instant at) {}

  Sink() throws IOException {
    server = new ServerSocket(0, 256, InetAddress.ofLiteral("127.0.0.1"));
    Thread.ofVirtual().start(this::accept);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/hook");
  }

  /// What has arrived, in that order.
  BlockingQueue<Arrival> arrivals() {
    return arrivals;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        @SuppressWarnings("resource") // Closed by whoever serves it.
        var socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException closed) {
        // By close(): the loop ends.
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var in = new BufferedInputStream(socket.getInputStream(), 4096);
      while (!server.isClosed()) {
        var length = head(in);
        var body = in.readNBytes(length);
        arrivals.add(new Arrival(body, Instant.now()));
        socket.getOutputStream().write(ANSWER);
      }
    } catch (IOException gone) {
      // The client has what it wanted.
    }
  }

  /// Reads to the end of a request's head; answers how long the body is.
  private static int head(InputStream in) throws IOException {
    var length = 0;
    for (var line = line(in); !line.isEmpty(); line = line(in)) {
      if (line.regionMatches(true, 0, LENGTH, 0, LENGTH.length())) {
        length = Integer.parseInt(line.substring(LENGTH.length()).strip());
      }
    }
    return length;
  }

  private static String line(InputStream in) throws IOException {
    var line = new byte[1024];
    var length = 0;
    for (var read = in.read(); read != '\n'; read = in.read()) {
      if (read < 0) {
        throw new EOFException();
      }
      line[length++] = (byte) read;
    }
    return new String(line, 0, Math.max(0, length - 1), ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
