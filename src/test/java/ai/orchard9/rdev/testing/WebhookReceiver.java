package ai.orchard9.rdev.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import org.awaitility.Awaitility;

/// A receiver of webhooks on this machine, over real sockets: keeps what it got and answers as
/// told, by default 204. It listens on 127.0.0.1, so a sender has to be allowed to send there.
public final class WebhookReceiver implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ServerSocket server;
  private final String scheme;
  private final Queue<ReceiverAnswer> script = new ConcurrentLinkedQueue<>();
  private final List<Received> requests = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile ReceiverAnswer usual = ReceiverAnswer.status(204);

  private WebhookReceiver(ServerSocketFactory factory, String scheme) {
    try {
      this.server = factory.createServerSocket(0, 128, InetAddress.ofLiteral("127.0.0.1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.scheme = scheme;
    Thread.ofVirtual().name("receiver").start(this::accept);
  }

  /// One in plain text.
  public static WebhookReceiver http() {
    return new WebhookReceiver(ServerSocketFactory.getDefault(), "http");
  }

  /// One over TLS with a certificate of that kind.
  public static WebhookReceiver https(TestCertificate certificate) {
    return new WebhookReceiver(certificate.server().getServerSocketFactory(), "https");
  }

  /// Answers every request so that has no answer of its own ([#next]).
  public WebhookReceiver answer(ReceiverAnswer always) {
    usual = always;
    return this;
  }

  /// Answers the next requests so, each one once.
  public WebhookReceiver next(ReceiverAnswer... answers) {
    script.addAll(List.of(answers));
    return this;
  }

  /// Where it listens, with the path `/hook`.
  public URI url() {
    return url("/hook");
  }

  public URI url(String path) {
    return URI.create(scheme + "://127.0.0.1:" + port() + path);
  }

  public int port() {
    return server.getLocalPort();
  }

  /// What it got so far, in order of arrival.
  public List<Received> requests() {
    return List.copyOf(requests);
  }

  /// Waits for so many requests.
  ///
  /// @return all that it got
  public List<Received> awaitRequests(int count) {
    Awaitility.await().atMost(PATIENCE).until(() -> requests.size() >= count);
    return requests();
  }

  /// How many connections it was given.
  public int connections() {
    return connections.get();
  }

  /// How many connections are open.
  public int openConnections() {
    return open.size();
  }

  /// Closes connections that wait for a request, as receivers do with idle ones.
  public void closeConnections() {
    open.forEach(WebhookReceiver::closeQuietly);
  }

  /// Closes everything.
  @Override
  public void close() {
    closeQuietly(server);
    closeConnections();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        @SuppressWarnings("resource") // Closed by whoever serves it.
        var socket = server.accept();
        connections.incrementAndGet();
        open.add(socket);
        Thread.ofVirtual().name("receiver-connection").start(() -> serve(socket));
      } catch (IOException closed) {
        // By close(), or by a client that left before it was taken: the loop tells them apart.
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var in = new BufferedInputStream(socket.getInputStream());
      for (var one = Received.read(in); one.isPresent(); one = Received.read(in)) {
        requests.add(one.get());
        var own = script.poll();
        (own == null ? usual : own).write(socket);
      }
    } catch (IOException | RuntimeException gone) {
      // The client left, does not trust us, or the answer was to close.
    } finally {
      open.remove(socket);
    }
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception alreadyBroken) {
      // Closed is all that was wanted.
    }
  }

  /// One request.
  ///
  /// @param headers by names that are compared without case; the last of a name wins
  /// @param at when it had arrived in full
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Received(
      String method, String path, Map<String, String> headers, byte[] body, Instant at) {

    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    /// A header that has to be there.
    public String header(String name) {
      return Optional.ofNullable(headers.get(name))
          .orElseThrow(() -> new AssertionError("no header " + name + " in " + headers.keySet()));
    }

    private static Optional<Received> read(InputStream in) throws IOException {
      var first = line(in);
      if (first.isEmpty()) {
        return Optional.empty();
      }
      var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
      for (var line = line(in); !line.isEmpty(); line = line(in)) {
        var colon = line.indexOf(':');
        headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
      }
      var length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      var body = in.readNBytes(length);
      if (body.length < length) {
        throw new EOFException("inside the body");
      }
      var words = first.split(" ", -1);
      return Optional.of(
          new Received(words[0].toUpperCase(Locale.ROOT), words[1], headers, body, Instant.now()));
    }

    private static String line(InputStream in) throws IOException {
      var line = new ByteArrayOutputStream();
      for (int b = in.read(); b != '\n' && b >= 0; b = in.read()) {
        if (b != '\r') {
          line.write(b);
        }
      }
      return line.toString(StandardCharsets.ISO_8859_1);
    }
  }
}
