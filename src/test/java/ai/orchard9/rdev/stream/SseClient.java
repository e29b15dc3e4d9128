package ai.orchard9.rdev.stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A client on a bare socket, which reads as fast or slowly as a test wants and can vanish
/// anywhere.
final class SseClient implements AutoCloseable {

  /// One event as dispatched.
  record Event(@Nullable String id, String name, String data) {}

  private static final String NO_EVENT = "message";

  private final Socket socket;
  private final InputStream in;
  private final int status;
  private final Map<String, String> headers = new TreeMap<>();
  private boolean chunked;
  private long left;

  SseClient(int port, String path, String... requestHeaders) throws IOException {
    this(port, path, 0, requestHeaders);
  }

  SseClient(int port, String path, int receiveBuffer, String... requestHeaders) throws IOException {
    socket = new Socket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout(30_000);
    var request =
        new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: x\r\nX-API-Key: reader\r\n");
    for (String header : requestHeaders) {
      request.append(header).append("\r\n");
    }
    socket.getOutputStream().write(request.append("\r\n").toString().getBytes(ISO_8859_1));
    in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    status = Integer.parseInt(headerLine().split(" ", -1)[1]);
    for (String line = headerLine(); !line.isEmpty(); line = headerLine()) {
      int colon = line.indexOf(':');
      headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
    }
    chunked = "chunked".equals(headers.get("transfer-encoding"));
    left = chunked ? 0 : Long.parseLong(headers.getOrDefault("content-length", "0"));
  }

  int status() {
    return status;
  }

  @Nullable String header(String name) {
    return headers.get(name);
  }

  /// The next event; null at the end of the answer.
  @Nullable Event next() throws IOException {
    String id = null;
    String name = NO_EVENT;
    String data = "";
    while (true) {
      String line = line();
      if (line == null) {
        return null;
      }
      if (line.isEmpty()) {
        if (!name.equals(NO_EVENT)) {
          return new Event(id, name, data);
        }
      } else if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("event: ")) {
        name = line.substring(7);
      } else if (line.startsWith("data: ")) {
        data = line.substring(6);
      } else if (!line.equals("retry: 2000")) {
        throw new IOException("unexpected: " + line);
      }
    }
  }

  /// All events to the end of the answer.
  List<Event> rest() throws IOException {
    var events = new ArrayList<Event>();
    for (Event event = next(); event != null; event = next()) {
      events.add(event);
    }
    return events;
  }

  /// All bytes to the end of the answer.
  byte[] body() throws IOException {
    var body = new ByteArrayOutputStream();
    for (int value = read(); value >= 0; value = read()) {
      body.write(value);
    }
    return body.toByteArray();
  }

  /// Goes without a word, as a crashed client does.
  void vanish() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private @Nullable String line() throws IOException {
    var line = new ByteArrayOutputStream();
    while (true) {
      int value = read();
      if (value < 0) {
        if (line.size() > 0) {
          throw new EOFException("cut off inside a line");
        }
        return null;
      }
      if (value == '\n') {
        return line.toString(UTF_8);
      }
      line.write(value);
    }
  }

  private int read() throws IOException {
    if (left == 0) {
      if (!chunked) {
        return -1;
      }
      String size = headerLine();
      if (size.isEmpty()) {
        size = headerLine();
      }
      left = Long.parseLong(size, 16);
      if (left == 0) {
        chunked = false;
        return -1;
      }
    }
    int value = in.read();
    if (value < 0) {
      throw new EOFException("cut off");
    }
    left--;
    return value;
  }

  private String headerLine() throws IOException {
    var line = new ByteArrayOutputStream();
    while (true) {
      int value = in.read();
      if (value < 0) {
        throw new EOFException("cut off");
      }
      if (value == '\n') {
        return line.toString(ISO_8859_1).stripTrailing();
      }
      line.write(value);
    }
  }
}
