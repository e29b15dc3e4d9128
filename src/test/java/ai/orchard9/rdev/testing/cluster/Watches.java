package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Tells one client of changes, in chunks or in text frames.
final class Watches {
  private static final long BOOKMARK_MILLIS = 1000;

  private final FakeCluster cluster;
  private final Connection connection;
  private final Connection.Request request;
  private @Nullable WebSocketFrames frames;

  Watches(FakeCluster cluster, Connection connection, Connection.Request request) {
    this.cluster = cluster;
    this.connection = connection;
    this.request = request;
  }

  static boolean selects(@Nullable String selector, Pod pod) {
    if (selector == null || selector.isEmpty()) {
      return true;
    }
    Map<String, String> labels = pod.getMetadata().getLabels();
    for (var term : selector.split(",", -1)) {
      var parts = term.split("==?", 2);
      if (labels == null || !parts[1].equals(labels.get(parts[0]))) {
        return false;
      }
    }
    return true;
  }

  void serve() throws IOException, InterruptedException {
    var from = Long.parseLong(Objects.requireNonNullElse(request.first("resourceVersion"), "0"));
    List<FakeCluster.Event> events = cluster.eventsAfter(from, 0);
    if (events == null && !request.isUpgrade()) {
      connection.status(410, "Expired", "too old resource version: " + from);
      return;
    }
    begin();
    while (events != null) {
      for (var event : events) {
        from = event.version();
        if (selects(request.first("labelSelector"), event.pod())) {
          send(event.type(), event.pod());
        }
      }
      if (events.isEmpty() && "true".equals(request.first("allowWatchBookmarks"))) {
        send("BOOKMARK", bookmark(from));
      }
      events = cluster.eventsAfter(from, BOOKMARK_MILLIS);
    }
    send(
        "ERROR",
        Map.of(
            "kind", "Status",
            "apiVersion", "v1",
            "status", "Failure",
            "reason", "Expired",
            "message", "too old resource version: " + from,
            "code", 410));
    end();
  }

  private static Object bookmark(long version) {
    return Map.of(
        "kind", "Pod",
        "apiVersion", "v1",
        "metadata", Map.of("resourceVersion", Long.toString(version)));
  }

  private void begin() throws IOException {
    if (request.isUpgrade()) {
      frames = connection.upgrade(request);
      var opened = frames;
      Thread.ofPlatform().daemon().name("fake-watch").start(() -> answerPings(opened));
    } else {
      connection.write(
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
              .getBytes(ISO_8859_1));
    }
  }

  private static void answerPings(WebSocketFrames frames) {
    try {
      while (frames.read().opcode() != WebSocketFrames.CLOSE) {
        // Clients have nothing to say here.
      }
      frames.close(1000);
    } catch (IOException e) {
      // Gone.
    }
  }

  private void send(String type, Object object) throws IOException {
    var text = Serialization.asJson(Map.of("type", type, "object", object)).getBytes(UTF_8);
    if (frames != null) {
      frames.write(WebSocketFrames.TEXT, text, 0, text.length);
      return;
    }
    var chunk = new ByteArrayOutputStream();
    chunk.writeBytes(
        (Integer.toHexString(text.length + 1).toLowerCase(Locale.ROOT) + "\r\n")
            .getBytes(ISO_8859_1));
    chunk.writeBytes(text);
    chunk.writeBytes("\n\r\n".getBytes(ISO_8859_1));
    connection.write(chunk.toByteArray());
  }

  private void end() throws IOException {
    if (frames != null) {
      frames.close(1000);
    } else {
      connection.write("0\r\n\r\n".getBytes(ISO_8859_1));
    }
  }
}
