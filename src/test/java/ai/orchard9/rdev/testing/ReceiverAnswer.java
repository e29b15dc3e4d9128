package ai.orchard9.rdev.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// How a receiver answers a request, well or badly.
@FunctionalInterface
public interface ReceiverAnswer {

  /// Writes the answer; the connection is kept unless this closes it or throws.
  void write(Socket socket) throws IOException;

  /// A status, headers as `Name: value`, no body.
  static ReceiverAnswer status(int code, String... headers) {
    return text(head(code, headers) + "Content-Length: 0\r\n\r\n");
  }

  /// 200 with a body of so many bytes.
  static ReceiverAnswer body(long bytes) {
    return socket -> {
      var out = socket.getOutputStream();
      send(out, head(200) + "Content-Length: " + bytes + "\r\n\r\n");
      var block = new byte[64 * 1024];
      for (long left = bytes; left > 0; left -= block.length) {
        out.write(block, 0, (int) Math.min(left, block.length));
      }
      out.flush();
    };
  }

  /// 200 with a body in chunks that never ends.
  static ReceiverAnswer endlessBody() {
    return socket -> {
      var out = socket.getOutputStream();
      send(out, head(200) + "Transfer-Encoding: chunked\r\n\r\n");
      while (!socket.isClosed()) {
        send(out, "4000\r\n" + "x".repeat(0x4000) + "\r\n");
      }
    };
  }

  /// 200 with so many headers.
  static ReceiverAnswer headers(int count) {
    return socket -> {
      var out = socket.getOutputStream();
      send(out, head(200));
      for (int i = 0; i < count; i++) {
        send(out, "X-Header-" + i + ": " + "v".repeat(64) + "\r\n");
      }
      send(out, "Content-Length: 0\r\n\r\n");
    };
  }

  /// 200 with one header of so many bytes.
  static ReceiverAnswer longHeader(int bytes) {
    return status(200, "X-Long: " + "v".repeat(bytes));
  }

  /// A redirect.
  static ReceiverAnswer redirect(int code, URI to) {
    return status(code, "Location: " + to);
  }

  /// What it is given, with the delay before.
  static ReceiverAnswer delayed(Duration delay, ReceiverAnswer answer) {
    return socket -> {
      pause(delay);
      answer.write(socket);
    };
  }

  /// Nothing, until the other side leaves.
  static ReceiverAnswer silence() {
    return text("");
  }

  /// 200 and then, of a body of 10 bytes, nothing.
  static ReceiverAnswer headOnly() {
    return text(head(200) + "Content-Length: 10\r\n\r\n");
  }

  /// The head of a 200, one byte each pause.
  static ReceiverAnswer slowHead(Duration pause) {
    return slow("", head(200) + "X-Slow: " + "v".repeat(4096) + "\r\n\r\n", pause);
  }

  /// A 200 at once, its body of 4,096 bytes one byte each pause.
  static ReceiverAnswer slowBody(Duration pause) {
    return slow(head(200) + "Content-Length: 4096\r\n\r\n", "v".repeat(4096), pause);
  }

  /// Ends the connection by RST.
  static ReceiverAnswer reset() {
    return socket -> {
      socket.setSoLinger(true, 0);
      socket.close();
      throw new SocketException("reset as told");
    };
  }

  /// Ends the connection without a byte.
  static ReceiverAnswer close() {
    return socket -> {
      throw new SocketException("closed as told");
    };
  }

  /// Ends the connection after the answer, though it did not say so.
  static ReceiverAnswer thenClose(ReceiverAnswer answer) {
    return socket -> {
      answer.write(socket);
      throw new SocketException("closed as told");
    };
  }

  /// Exactly this.
  static ReceiverAnswer text(String text) {
    return socket -> send(socket.getOutputStream(), text);
  }

  private static ReceiverAnswer slow(String atOnce, String slowly, Duration pause) {
    return socket -> {
      var out = socket.getOutputStream();
      send(out, atOnce);
      for (int i = 0; i < slowly.length(); i++) {
        pause(pause);
        send(out, slowly.substring(i, i + 1));
      }
    };
  }

  private static String head(int code, String... headers) {
    var head = new StringBuilder("HTTP/1.1 " + code + " Whatever\r\n");
    for (var header : headers) {
      head.append(header).append("\r\n");
    }
    return head.toString();
  }

  private static void send(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(ISO_8859_1));
    out.flush();
  }

  /// Time that a misbehaving receiver lets pass: nothing to wait for.
  private static void pause(Duration duration) throws IOException {
    try {
      var never = new CountDownLatch(1).await(duration.toNanos(), TimeUnit.NANOSECONDS);
      assert !never;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException(stopped);
    }
  }
}
