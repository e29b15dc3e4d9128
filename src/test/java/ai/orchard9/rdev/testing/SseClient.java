package ai.orchard9.rdev.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.testing.contract.Contract;
import ai.orchard9.rdev.testing.contract.Seen;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One connection that reads an event stream from a raw socket: it can be cut after any byte, and
/// it hides nothing. What comes is held against `/openapi.json` ([Contract]).
public final class SseClient implements AutoCloseable {
  private static final Duration SILENCE_LIMIT = Duration.ofSeconds(45);
  private static final int BUFFER_BYTES = 64 * 1024;

  /// Of each stream; some tests read a million.
  private static final int MOST_CHECKED = 1000;

  private final Socket socket;
  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final ArrayDeque<SseEvent> ready = new ArrayDeque<>();
  private final SseParser parser = new SseParser(ready::add);
  private final Map<String, String> headers = new HashMap<>();
  private final int status;
  private final InputStream body;
  private final String method;
  private final String path;
  private long left = Long.MAX_VALUE;
  private long checked;
  private long bytesRead;

  private SseClient(Socket socket, String method, String path, String request, byte[] content)
      throws IOException {
    this.socket = socket;
    this.method = method;
    this.path = path.split("\\?", 2)[0];
    socket.setSoTimeout((int) SILENCE_LIMIT.toMillis());
    socket.setTcpNoDelay(true);
    var out = socket.getOutputStream();
    var head = request.getBytes(UTF_8);
    var message = new byte[head.length + content.length];
    System.arraycopy(head, 0, message, 0, head.length);
    System.arraycopy(content, 0, message, head.length, content.length);
    out.write(message);
    out.flush();
    this.in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
    var statusLine = readLine();
    if (!statusLine.startsWith("HTTP/1.1 ")) {
      throw new IOException("no answer: '" + statusLine + "'");
    }
    this.status = Integer.parseInt(statusLine.substring(9, 12));
    for (var line = readLine(); !line.isEmpty(); line = readLine()) {
      var colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    this.body = body();
    check(new byte[0]);
  }

  private void check(byte[] content) {
    var lists = new HashMap<String, List<String>>();
    headers.forEach((name, value) -> lists.put(name, List.of(value)));
    Contract.check(new Seen(method, path, status, lists, content));
  }

  /// Asks for a stream.
  ///
  /// @param headers names and values by turns
  /// @throws UncheckedIOException nobody answers
  public static SseClient get(URI base, String key, String path, String... headers) {
    return open(base, key, "GET", path, new byte[0], headers);
  }

  /// Sends a JSON object and asks to be answered with events.
  public static SseClient post(URI base, String key, String path, Object body, String... headers) {
    return open(base, key, "POST", path, ApiClient.write(body).getBytes(UTF_8), headers);
  }

  private static SseClient open(
      URI base, String key, String method, String path, byte[] content, String... headers) {
    var request = new StringBuilder();
    request.append(method).append(' ').append(path).append(" HTTP/1.1\r\n");
    request.append("Host: ").append(base.getAuthority()).append("\r\n");
    request.append("Accept: text/event-stream\r\n");
    request.append("X-API-Key: ").append(key).append("\r\n");
    for (int i = 0; i < headers.length; i += 2) {
      request.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
    }
    if (content.length > 0) {
      request.append("Content-Type: application/json\r\n");
      request.append("Content-Length: ").append(content.length).append("\r\n");
    }
    request.append("\r\n");
    @SuppressWarnings("resource") // Handed over, or closed below.
    var socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(base.getHost(), base.getPort()), 5000);
      return new SseClient(socket, method, path, request.toString(), content);
    } catch (IOException e) {
      closeQuietly(socket);
      throw new UncheckedIOException(e);
    }
  }

  /// The status of the answer.
  public int status() {
    return status;
  }

  /// A header of the answer.
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  /// What the stream said about reconnecting, in milliseconds.
  public Optional<Long> retry() {
    return Optional.ofNullable(parser.retry());
  }

  /// Cuts the connection after so many more bytes of the body.
  public SseClient cutAfter(long bytes) {
    left = bytes;
    return this;
  }

  /// Body bytes that have arrived.
  public long bytesRead() {
    return bytesRead;
  }

  /// Waits for the next event.
  ///
  /// @return empty when the stream has ended, was broken or was cut as wanted
  public Optional<SseEvent> next() {
    while (ready.isEmpty()) {
      if (!readMore()) {
        return Optional.empty();
      }
    }
    var event = ready.remove();
    if (checked++ < MOST_CHECKED) {
      Contract.checkEvent(method, path, event.name(), event.hasId(), event.data());
    }
    return Optional.of(event);
  }

  private boolean readMore() {
    if (left == 0) {
      close();
      return false;
    }
    try {
      var n = body.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        return false;
      }
      left -= n;
      bytesRead += n;
      parser.accept(buffer, 0, n);
      return true;
    } catch (SocketTimeoutException e) {
      throw new AssertionError("not even a heartbeat for " + SILENCE_LIMIT, e);
    } catch (IOException e) {
      return false;
    }
  }

  /// Reads the next body bytes without looking at them, for measurements.
  ///
  /// @return how many, -1 at the end
  public int readRaw(byte[] into) throws IOException {
    return body.read(into, 0, into.length);
  }

  /// The rest of the body as text, for answers that are no stream.
  public String text() {
    try {
      var bytes = new ByteArrayOutputStream();
      body.transferTo(bytes);
      check(bytes.toByteArray());
      return bytes.toString(UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private InputStream body() {
    if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
      return new Chunked();
    }
    var length = headers.get("content-length");
    if (length != null || status == 204) {
      return new Limited(length == null ? 0 : Long.parseLong(length));
    }
    return in;
  }

  private String readLine() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("connection closed inside the head");
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(ISO_8859_1);
  }

  /// Leaves at once; whatever is under way is lost.
  @Override
  public void close() {
    closeQuietly(socket);
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A body of known length.
  private final class Limited extends InputStream {
    private long rest;

    Limited(long length) {
      this.rest = length;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (rest == 0) {
        return -1;
      }
      var n = in.read(into, offset, (int) Math.min(length, rest));
      if (n > 0) {
        rest -= n;
      }
      return n;
    }
  }

  /// A body in chunks: RFC 9112 section 7.1.
  private final class Chunked extends InputStream {
    private long rest;
    private boolean begun;
    private boolean over;

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (rest == 0 && !over) {
        nextChunk();
      }
      if (over) {
        return -1;
      }
      var n = in.read(into, offset, (int) Math.min(length, rest));
      if (n < 0) {
        throw new IOException("connection closed inside a chunk");
      }
      rest -= n;
      return n;
    }

    private void nextChunk() throws IOException {
      if (begun) {
        readLine();
      }
      begun = true;
      var size = readLine();
      var semicolon = size.indexOf(';');
      rest = Long.parseLong(semicolon < 0 ? size : size.substring(0, semicolon), 16);
      if (rest == 0) {
        over = true;
        readLine();
      }
    }
  }

  /// Whether the peer can be told apart from one that is silent, for a failed assertion.
  @Override
  public String toString() {
    @Nullable Object peer = socket.getRemoteSocketAddress();
    return "stream of " + peer + ", " + bytesRead + " bytes read";
  }
}
