package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.testing.cluster.ExecProcess.Streams;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// One exec, from its checks before the upgrade to its status frame.
final class ExecSession {
  private static final int STDIN = 0;
  private static final int STDOUT = 1;
  private static final int STDERR = 2;
  private static final int STATUS = 3;
  private static final int CLOSE = 255;
  private static final List<String> PROTOCOLS = List.of("v5.channel.k8s.io", "v4.channel.k8s.io");

  private final FakeCluster cluster;
  private final Exchange exchange;
  private final String name;
  private final List<Effect> effects;

  ExecSession(FakeCluster cluster, Exchange exchange, String name, List<Effect> effects) {
    this.cluster = cluster;
    this.exchange = exchange;
    this.name = name;
    this.effects = effects;
  }

  void cut() {
    exchange.connection().close();
  }

  void serve() throws IOException, InterruptedException {
    var pod = cluster.store().find(name);
    if (pod.isEmpty()) {
      exchange.json(404, Statuses.notFound(name));
      return;
    }
    var asked = exchange.request().parameter("container");
    var names = pod.get().getSpec().getContainers().stream().map(it -> it.getName()).toList();
    var refusal = refusal(asked, names, pod.get().getSpec().getNodeName() != null);
    if (refusal.isPresent()) {
      exchange.json(400, Statuses.failure(400, "BadRequest", refusal.get()));
      return;
    }
    var chosen = asked.isEmpty() ? names.getFirst() : asked;
    var container = cluster.running(name, chosen);
    if (container.isEmpty()) {
      exchange.text(
          500, "unable to upgrade connection: container not found (\"" + chosen + "\")\n");
      return;
    }
    upgrade(container.get());
  }

  private Optional<String> refusal(String asked, List<String> names, boolean scheduled) {
    if (!scheduled) {
      return Optional.of("pod " + name + " does not have a host assigned");
    }
    if (!asked.isEmpty() && !names.contains(asked)) {
      return Optional.of("container " + asked + " is not valid for pod " + name);
    }
    if (asked.isEmpty() && names.size() > 1) {
      return Optional.of(
          "a container name must be specified for pod %s, choose one of: %s"
              .formatted(name, names.toString().replace(",", "")));
    }
    if (exchange.request().parameters("command").isEmpty()) {
      return Optional.of("you must specify at least 1 command for the container");
    }
    return exchange.request().isUpgrade()
        ? Optional.empty()
        : Optional.of("Upgrade request required");
  }

  private void upgrade(Container container) throws IOException, InterruptedException {
    var offered =
        Arrays.stream(exchange.request().header("sec-websocket-protocol").split(","))
            .map(String::strip)
            .toList();
    var protocol = PROTOCOLS.stream().filter(offered::contains).findFirst().orElse("");
    var socket = exchange.upgrade(protocol);
    cluster.execs().add(this);
    try {
      effects.forEach(it -> Interference.during(exchange.connection(), it));
      if (effects.contains(new Effect.HangOpen())) {
        exchange.connection().awaitEnd();
      } else {
        converse(container, socket);
      }
    } finally {
      cluster.execs().remove(this);
      exchange.connection().close();
    }
  }

  private void converse(Container container, WebSocket socket) throws IOException {
    var request = exchange.request();
    var streams =
        new Streams(request.flag("stdin"), request.flag("stdout"), request.flag("stderr"));
    greet(socket, streams);
    var argv = request.parameters("command");
    var refusal = Executables.refusal(container, argv.getFirst());
    if (refusal.isPresent()) {
      finish(socket, Statuses.notStarted(refusal.get()));
      exchange.connection().awaitEnd();
      return;
    }
    var process = ExecProcess.start(container, argv, streams, cluster.fifos());
    cluster.hold(process);
    Thread.ofPlatform().name("exec " + name).daemon().start(() -> output(process, socket));
    input(process, socket);
  }

  /// Empty messages, and what a fault wants to be sent.
  private void greet(WebSocket socket, Streams streams) throws IOException {
    if (streams.stdout()) {
      socket.channel(STDOUT, new byte[0], 0);
    }
    if (streams.stderr()) {
      socket.channel(STDERR, new byte[0], 0);
    }
    socket.channel(STATUS, new byte[0], 0);
    for (var effect : effects) {
      if (effect instanceof Effect.Noise(var bytes)) {
        socket.raw(bytes.get());
      }
    }
  }

  /// Passes on what the client sends. When it goes, input ends and nothing else happens.
  private static void input(ExecProcess process, WebSocket socket) {
    try {
      for (var message = socket.read();
          message.opcode != WebSocket.CLOSE;
          message = socket.read()) {
        input(process, message.payload);
      }
      process.endInput();
      socket.closeToo();
    } catch (IOException _) {
      process.endInput();
      socket.connection().close();
    }
  }

  private static void input(ExecProcess process, byte[] payload) throws EOFException {
    if (payload.length == 0) {
      return;
    }
    var channel = payload[0] & 0xff;
    if (channel == CLOSE && payload.length > 1 && payload[1] == STDIN) {
      process.endInput();
    } else if (channel == STDIN) {
      try {
        process.stdin().write(payload, 1, payload.length - 1);
        process.stdin().flush();
      } catch (IOException _) {
        // The process reads no more, which is its own affair.
      }
    }
  }

  private void output(ExecProcess process, WebSocket socket) {
    var out = new Pump(process.stdout(), STDOUT, socket);
    var err = new Pump(process.stderr(), STDERR, socket);
    var second = Thread.ofPlatform().name("stderr of " + name).daemon().start(err::run);
    out.run();
    try {
      second.join();
      if (!out.ended || !err.ended) {
        return;
      }
      var status = Statuses.exited(process.exitStatus(), exchange.request().parameters("command"));
      process.close();
      cluster.release(process);
      if (effects.contains(new Effect.EarlyStatus())) {
        socket.together(
            () -> {
              send(socket, status);
              out.flush();
              err.flush();
              close(socket);
            });
      } else {
        finish(socket, status);
      }
    } catch (IOException _) {
      socket.connection().close();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void finish(WebSocket socket, String status) throws IOException {
    socket.together(
        () -> {
          if (!effects.contains(new Effect.NoStatus())) {
            send(socket, status);
          }
          close(socket);
        });
  }

  private static void send(WebSocket socket, String status) throws IOException {
    var bytes = status.getBytes(UTF_8);
    socket.channel(STATUS, bytes, bytes.length);
  }

  private static void close(WebSocket socket) throws IOException {
    socket.close(1000);
    socket.connection().endOutput();
  }

  /// Reads one stream as fast as the client does, and no further once the client has gone.
  private final class Pump {
    private final InputStream from;
    private final int channel;
    private final WebSocket socket;
    private final boolean late = effects.contains(new Effect.EarlyStatus());
    private final byte[] buffer = new byte[32 * 1024];
    private byte[] kept = new byte[0];
    private boolean ended;

    private Pump(InputStream from, int channel, WebSocket socket) {
      this.from = from;
      this.channel = channel;
      this.socket = socket;
    }

    private void run() {
      try {
        for (var read = from.read(buffer); read >= 0; read = from.read(buffer)) {
          if (late) {
            flush();
            kept = Arrays.copyOf(buffer, read);
          } else {
            socket.channel(channel, buffer, read);
          }
        }
        ended = true;
      } catch (IOException _) {
        socket.connection().close();
      }
    }

    private void flush() throws IOException {
      if (kept.length > 0) {
        socket.channel(channel, kept, kept.length);
        kept = new byte[0];
      }
    }
  }
}
