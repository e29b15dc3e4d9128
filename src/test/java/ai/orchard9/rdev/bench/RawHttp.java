package ai.orchard9.rdev.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.util.Locale;

/// One kept connection that sends the same request again and again: as little work as a client can
/// do, for it shares its processors with the service.
final class RawHttp implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;
  private final byte[] request;

  RawHttp(URI base, String key, String path, String body) throws IOException {
    socket = new Socket(base.getHost(), base.getPort());
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream(), 4096);
    var bytes = body.getBytes(UTF_8).length;
    request =
        """
        POST %s HTTP/1.1\r
        Host: %s\r
        X-API-Key: %s\r
        Content-Type: application/json\r
        Content-Length: %d\r
        \r
        %s\
        """
            .formatted(path, base.getAuthority(), key, bytes, body)
            .getBytes(UTF_8);
  }

  /// Sends it once; answers the status.
  int post() throws IOException {
    socket.getOutputStream().write(request);
    var status = Integer.parseInt(line().split(" ", -1)[1]);
    var length = 0;
    for (var header = line(); !header.isEmpty(); header = line()) {
      var name = header.toLowerCase(Locale.ROOT);
      if (name.startsWith("content-length:")) {
        length = Integer.parseInt(name.substring(15).strip());
      }
    }
    in.skipNBytes(length);
    return status;
  }

  private String line() throws IOException {
    var line = new byte[1024];
    var length = 0;
    for (var read = in.read(); read != '\n'; read = in.read()) {
      if (read < 0) {
        throw new EOFException();
      }
      line[length++] = (byte) read;
    }
    return new String(line, 0, Math.max(0, length - 1), US_ASCII);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
