package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodListBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One client's connection: reads requests and answers them, one after the other.
final class Connection implements Runnable {
  private static final String PODS = "/api/v1/namespaces/" + FakeCluster.NAMESPACE + "/pods";
  private static final int LONGEST_HEAD = 64 << 10;

  private final FakeCluster cluster;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  /// @param query a name may come several times
  record Request(String path, Map<String, List<String>> query, Map<String, String> headers) {
    @Nullable String first(String name) {
      var values = query.get(name);
      return values == null ? null : values.getFirst();
    }

    boolean isUpgrade() {
      return "websocket".equalsIgnoreCase(headers.getOrDefault("upgrade", ""));
    }
  }

  Connection(FakeCluster cluster, Socket socket) {
    this.cluster = cluster;
    this.socket = socket;
    try {
      this.in = new BufferedInputStream(socket.getInputStream());
      this.out = socket.getOutputStream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void run() {
    try {
      for (var request = read(); request != null; request = read()) {
        if (!answer(request)) {
          break;
        }
      }
    } catch (IOException e) {
      // The client has gone.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      cluster.closed(socket);
    }
  }

  private @Nullable Request read() throws IOException {
    var head = new ByteArrayOutputStream();
    for (int last = 0; last != 0x0d0a0d0a; ) {
      var next = in.read();
      if (next < 0 || head.size() > LONGEST_HEAD) {
        return null;
      }
      head.write(next);
      last = last << 8 | next;
    }
    var lines = head.toString(ISO_8859_1).split("\r\n", -1);
    var headers = new HashMap<String, String>();
    for (int i = 1; i < lines.length - 2; i++) {
      var colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    var target = lines[0].split(" ", -1)[1];
    var mark = target.indexOf('?');
    return new Request(
        mark < 0 ? target : target.substring(0, mark),
        query(mark < 0 ? "" : target.substring(mark + 1)),
        headers);
  }

  private static Map<String, List<String>> query(String text) {
    var query = new HashMap<String, List<String>>();
    for (var pair : text.split("&", -1)) {
      var equals = pair.indexOf('=');
      if (equals > 0) {
        query
            .computeIfAbsent(decoded(pair.substring(0, equals)), _ -> new ArrayList<>())
            .add(decoded(pair.substring(equals + 1)));
      }
    }
    return query;
  }

  private static String decoded(String text) {
    return java.net.URLDecoder.decode(text, UTF_8);
  }

  /// Whether another request may follow.
  private boolean answer(Request request) throws IOException, InterruptedException {
    if (!("Bearer " + FakeCluster.TOKEN).equals(request.headers().get("authorization"))) {
      return status(401, "Unauthorized", "Unauthorized");
    }
    if (request.path().equals(PODS)) {
      return "true".equals(request.first("watch")) ? watch(request) : list(request);
    }
    if (request.path().startsWith(PODS + "/")) {
      var rest = request.path().substring(PODS.length() + 1).split("/", -1);
      if (rest.length == 1) {
        return get(rest[0]);
      }
      if (rest.length == 2 && rest[1].equals("exec")) {
        return exec(request, rest[0]);
      }
    }
    return status(404, "NotFound", "the server could not find the requested resource");
  }

  /// Whether a fault or a missing right has answered already.
  private boolean refused(Faults.Kind kind, String verb, String resource, String name)
      throws IOException, InterruptedException {
    var parts = resource.split("/", -1);
    cluster.called(new FakeCluster.Call(verb, parts[0], parts.length > 1 ? parts[1] : "", name));
    cluster.faults().awaitNoHang(kind);
    if (cluster.faults().isForbidden(verb, resource)) {
      status(
          403,
          "Forbidden",
          "pods \"%s\" is forbidden: User \"system:serviceaccount:rdev:rdev-api\" cannot %s resource \"%s\" in API group \"\" in the namespace \"rdev\""
              .formatted(name, verb, resource));
      return true;
    }
    var broken = cluster.faults().status(kind);
    if (broken.isPresent()) {
      status(broken.get(), "InternalError", "a fault on demand");
      return true;
    }
    return false;
  }

  private boolean list(Request request) throws IOException, InterruptedException {
    if (refused(Faults.Kind.LIST, "list", "pods", "")) {
      return true;
    }
    var listed = cluster.list();
    var selected =
        listed.pods().stream()
            .filter(it -> Watches.selects(request.first("labelSelector"), it))
            .toList();
    var limit = request.first("limit");
    var from = Integer.parseInt(Objects.requireNonNullElse(request.first("continue"), "0"));
    var to =
        limit == null ? selected.size() : Math.min(selected.size(), from + Integer.parseInt(limit));
    return json(
        200,
        Serialization.asJson(
            new PodListBuilder()
                .withNewMetadata()
                .withResourceVersion(Long.toString(listed.version()))
                .withContinue(to < selected.size() ? Integer.toString(to) : null)
                .endMetadata()
                .withItems(selected.subList(from, to))
                .build()));
  }

  private boolean get(String name) throws IOException, InterruptedException {
    if (refused(Faults.Kind.GET, "get", "pods", name)) {
      return true;
    }
    Pod pod = cluster.get(name);
    return pod == null
        ? status(404, "NotFound", "pods \"" + name + "\" not found")
        : json(200, Serialization.asJson(pod));
  }

  private boolean watch(Request request) throws IOException, InterruptedException {
    if (!refused(Faults.Kind.WATCH, "watch", "pods", "")) {
      new Watches(cluster, this, request).serve();
      return false;
    }
    return true;
  }

  private boolean exec(Request request, String name) throws IOException, InterruptedException {
    if (refused(Faults.Kind.EXEC, "get", "pods/exec", name)
        || refused(Faults.Kind.EXEC, "create", "pods/exec", name)) {
      return true;
    }
    Thread.sleep(cluster.faults().execDelay());
    var pod = cluster.runningPod(name);
    if (pod == null) {
      return status(404, "NotFound", "pods \"" + name + "\" not found");
    }
    var wanted = request.first("container");
    if (wanted != null
        && !pod.model().getSpec().getContainers().stream()
            .anyMatch(it -> it.getName().equals(wanted))) {
      return status(400, "BadRequest", "container " + wanted + " is not valid for pod " + name);
    }
    var container = pod.runs() ? pod.container(wanted) : null;
    if (container == null) {
      return respond(500, "text/plain", "container not found (\"" + wanted + "\")");
    }
    var frames = upgrade(request);
    new ExecBridge(cluster, container, frames, socket)
        .serve(request.query().getOrDefault("command", List.of()));
    return false;
  }

  /// From here on frames are spoken.
  WebSocketFrames upgrade(Request request) throws IOException {
    var offered = request.headers().get("sec-websocket-protocol");
    var head =
        new StringBuilder(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
    head.append("Sec-WebSocket-Accept: ")
        .append(
            WebSocketFrames.accept(
                Objects.requireNonNull(request.headers().get("sec-websocket-key"))))
        .append("\r\n");
    if (offered != null) {
      var chosen =
          offered.contains("v5.channel.k8s.io")
              ? "v5.channel.k8s.io"
              : offered.split(",", -1)[0].strip();
      head.append("Sec-WebSocket-Protocol: ").append(chosen).append("\r\n");
    }
    write(head.append("\r\n").toString().getBytes(ISO_8859_1));
    return new WebSocketFrames(in, out);
  }

  boolean status(int code, String reason, String message) throws IOException {
    return json(
        code,
        Serialization.asJson(
            Map.of(
                "kind",
                "Status",
                "apiVersion",
                "v1",
                "status",
                "Failure",
                "message",
                message,
                "reason",
                reason,
                "code",
                code)));
  }

  private boolean json(int code, String body) throws IOException {
    return respond(code, "application/json", body);
  }

  private boolean respond(int code, String type, String body) throws IOException {
    var bytes = body.getBytes(UTF_8);
    var head =
        "HTTP/1.1 %d Status\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
            .formatted(code, type, bytes.length);
    write(head.getBytes(ISO_8859_1));
    write(bytes);
    return true;
  }

  void write(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }
}
