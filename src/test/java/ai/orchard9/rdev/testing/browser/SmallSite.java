package ai.orchard9.rdev.testing.browser;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;

/// A site of one page under a strict content policy, whose body a test writes.
final class SmallSite implements AutoCloseable {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; background: #fff; color: #000; }
      .pale { color: #ddd; }
      .tall { height: 3000px; }
      .wide { width: 600px; }
      body { margin: 0; }
      @media (prefers-color-scheme: dark) {
        :root { background: #000; color: #fff; }
        .night { color: #333; }
      }
      """;

  private final HttpServer server;
  private volatile String body = "";

  private SmallSite(HttpServer server) {
    this.server = server;
  }

  static SmallSite start() {
    try {
      var local = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
      var site = new SmallSite(HttpServer.create(local, 0));
      site.server.createContext("/", site::answer);
      site.server.start();
      return site;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /// Scripts of it need `nonce=n`.
  void show(String html) {
    body = html;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath();
      switch (path) {
        case "/" -> send(exchange, 200, "text/html", page(body));
        case "/echo" ->
            send(
                exchange,
                200,
                "text/plain",
                new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        case "/two" -> send(exchange, 200, "text/plain", path);
        case "/logo.svg", "/favicon.ico" ->
            send(
                exchange,
                200,
                "image/svg+xml",
                "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>");
        default -> send(exchange, 404, "text/plain", "missing");
      }
    }
  }

  private static String page(String body) {
    return "<!doctype html><html lang=en><head><meta charset=utf-8><title>Small</title>"
        + "<style nonce=n>"
        + STYLE
        + "</style></head><body>"
        + body
        + "</body></html>";
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    var bytes = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
    exchange
        .getResponseHeaders()
        .set(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'nonce-n'; style-src 'nonce-n'; img-src 'self' http:;"
                + " form-action 'self'");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
