package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// A request and the ways to answer it.
record Exchange(Connection connection, Request request) {
  private static final String ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  void json(int status, String body) throws IOException {
    answer(status, "application/json", body);
  }

  void text(int status, String body) throws IOException {
    answer(status, "text/plain; charset=utf-8", body);
  }

  private void answer(int status, String type, String body) throws IOException {
    var bytes = body.getBytes(UTF_8);
    var head =
        "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
            .formatted(status, reason(status), type, bytes.length)
            .getBytes(StandardCharsets.US_ASCII);
    var whole = new byte[head.length + bytes.length];
    System.arraycopy(head, 0, whole, 0, head.length);
    System.arraycopy(bytes, 0, whole, head.length, bytes.length);
    connection.out().write(whole);
  }

  void startChunks() throws IOException {
    head(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  }

  void chunk(String text) throws IOException {
    var bytes = text.getBytes(UTF_8);
    var head = Integer.toHexString(bytes.length) + "\r\n";
    head(head + new String(bytes, StandardCharsets.ISO_8859_1) + "\r\n");
  }

  WebSocket upgrade(String protocol) throws IOException {
    var chosen = protocol.isEmpty() ? "" : "Sec-WebSocket-Protocol: " + protocol + "\r\n";
    head(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + accept(request.header("sec-websocket-key"))
            + "\r\n"
            + chosen
            + "\r\n");
    return new WebSocket(connection);
  }

  private void head(String text) throws IOException {
    connection.out().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String accept(String key) {
    try {
      var sha = MessageDigest.getInstance("SHA-1");
      return Base64.getEncoder()
          .encodeToString(sha.digest((key + ACCEPT).getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String reason(int status) {
    return switch (status) {
      case 200 -> "OK";
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 410 -> "Gone";
      case 429 -> "Too Many Requests";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      default -> "Status";
    };
  }
}
