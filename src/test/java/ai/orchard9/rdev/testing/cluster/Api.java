package ai.orchard9.rdev.testing.cluster;

import ai.orchard9.rdev.testing.cluster.Faults.Kind;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/// What is done about a request: who asks, may they, does it fail on demand, and then the answer.
final class Api {
  static final String NAMESPACE = "rdev";
  private static final Pattern PODS =
      Pattern.compile("/api/v1(?:/namespaces/([^/]+))?/pods(?:/([^/]+))?(/exec)?");
  private static final String VERSION =
      """
      {"major":"1","minor":"36","gitVersion":"v1.36.0","platform":"linux/amd64"}\
      """;

  private final FakeCluster cluster;
  private final Pages pages;

  Api(FakeCluster cluster) {
    this.cluster = cluster;
    this.pages = new Pages(cluster.store());
  }

  /// A request that has been understood.
  record Target(Kind kind, String namespace, List<Call> calls) {
    String name() {
      return calls.getFirst().name();
    }
  }

  void answer(Exchange exchange) throws IOException, InterruptedException {
    exchange.connection().out().reset();
    if (exchange.request().path().equals("/readyz")) {
      // Whoever asks: `system:public-info-viewer` is everybody's.
      exchange.text(200, "ok");
      return;
    }
    var target = target(exchange.request());
    cluster.record(target.calls());
    var effects = cluster.faults().take(target.kind());
    if (!Interference.before(exchange, target.kind(), effects)) {
      return;
    }
    if (!exchange.request().header("authorization").equals("Bearer " + cluster.token())) {
      exchange.json(401, Statuses.failure(401, "Unauthorized", "Unauthorized"));
      return;
    }
    for (var call : target.calls()) {
      if (isForbidden(target, call)) {
        exchange.json(403, Statuses.forbidden(call, target.namespace()));
        return;
      }
    }
    serve(exchange, target, effects);
  }

  private boolean isForbidden(Target target, Call call) {
    return target.kind() == Kind.OTHER
        || !target.namespace().equals(NAMESPACE)
        || cluster.faults().isForbidden(call);
  }

  private void serve(Exchange exchange, Target target, List<Effect> effects)
      throws IOException, InterruptedException {
    switch (target.kind()) {
      case LIST -> pages.list(exchange);
      case WATCH -> WatchSession.serve(cluster, exchange);
      case EXEC -> new ExecSession(cluster, exchange, target.name(), effects).serve();
      case GET -> {
        var pod = cluster.store().json(target.name());
        if (pod.isPresent()) {
          exchange.json(200, pod.get());
        } else {
          exchange.json(404, Statuses.notFound(target.name()));
        }
      }
      case OTHER -> exchange.json(200, VERSION);
    }
  }

  private static Target target(Request request) {
    var path = PODS.matcher(request.path());
    if (!path.matches()) {
      return new Target(Kind.OTHER, "", List.of(new Call("get", request.path(), "", "")));
    }
    var namespace = path.group(1) == null ? "" : path.group(1);
    var name = path.group(2) == null ? "" : path.group(2);
    if (path.group(3) != null) {
      return new Target(
          Kind.EXEC,
          namespace,
          List.of(new Call("get", "pods", "exec", name), new Call("create", "pods", "exec", name)));
    }
    if (!request.method().equals("GET")) {
      return other(request, namespace, name);
    }
    if (!name.isEmpty()) {
      return new Target(Kind.GET, namespace, List.of(new Call("get", "pods", "", name)));
    }
    var watch = request.flag("watch");
    var call = new Call(watch ? "watch" : "list", "pods", "", Selector.of(request).name());
    return new Target(watch ? Kind.WATCH : Kind.LIST, namespace, List.of(call));
  }

  private static Target other(Request request, String namespace, String name) {
    var verb =
        switch (request.method()) {
          case "POST" -> "create";
          case "PUT" -> "update";
          case "DELETE" -> name.isEmpty() ? "deletecollection" : "delete";
          default -> "patch";
        };
    return new Target(Kind.OTHER, namespace, List.of(new Call(verb, "pods", "", name)));
  }
}
