package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Optional;

/// One request, byte by byte, where a client's library would hide the answer.
final class RawCall {
  private RawCall() {}

  /// The whole answer to a plain request.
  static String get(FakeCluster cluster, String path) {
    return call(cluster, path, "");
  }

  /// The whole answer to a WebSocket's handshake that is refused.
  static String refusedUpgrade(FakeCluster cluster, String path) {
    return call(
        cluster,
        path,
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            + "Sec-WebSocket-Protocol: v4.channel.k8s.io\r\n");
  }

  private static String call(FakeCluster cluster, String path, String headers) {
    try (var socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(cluster.url()).getPort())) {
      socket.setSoTimeout(20_000);
      var head = "GET " + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + cluster.token();
      socket.getOutputStream().write((head + "\r\n" + headers + "\r\n").getBytes(ISO_8859_1));
      var answer = new StringBuilder();
      while (!isWhole(answer)) {
        var next = socket.getInputStream().read();
        if (next < 0) {
          break;
        }
        answer.append((char) next);
      }
      return answer.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isWhole(StringBuilder answer) {
    var end = answer.indexOf("\r\n\r\n");
    var field = answer.indexOf("Content-Length: ");
    return end >= 0
        && Optional.of(field)
            .filter(it -> it >= 0)
            .map(it -> answer.substring(it + 16, answer.indexOf("\r\n", it)))
            .map(it -> answer.length() >= end + 4 + Integer.parseInt(it))
            .orElse(false);
  }
}
