package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// Connects a program in a container with a client: frames that begin with a channel's number. When
/// the client goes, the program gets no signal: its stdin ends, and nobody reads what it prints.
final class ExecBridge {
  private static final int STDIN = 0;
  private static final int STDOUT = 1;
  private static final int STDERR = 2;
  private static final int STATUS = 3;
  private static final int CLOSE = 255;
  private static final int FRAME = 32 << 10;

  private final FakeCluster cluster;
  private final Container container;
  private final WebSocketFrames frames;
  private final Socket socket;
  private final AtomicLong left;
  private volatile boolean gone;

  ExecBridge(FakeCluster cluster, Container container, WebSocketFrames frames, Socket socket) {
    this.cluster = cluster;
    this.container = container;
    this.frames = frames;
    this.socket = socket;
    this.left = new AtomicLong(cluster.faults().drawCut());
  }

  void serve(List<String> argv) throws IOException, InterruptedException {
    cluster.opened(this);
    try {
      for (int channel : new int[] {STDIN, STDOUT, STDERR, STATUS}) {
        frames.channel(channel, new byte[0], 0, 0);
      }
      if (lied()) {
        return;
      }
      if (!container.has(argv.getFirst())) {
        status(notFound(argv.getFirst()));
        frames.close(1000);
        return;
      }
      bridge(argv);
    } finally {
      cluster.ended(this);
    }
  }

  private boolean lied() throws IOException, InterruptedException {
    return switch (cluster.faults().lie().orElse(Faults.Lie.NO_STATUS)) {
      case HANG -> {
        frames.read();
        yield true;
      }
      case GARBAGE -> {
        var garbage = new byte[] {-1, -1, 1, 2, 3, 4, 5, 6, 7, 8};
        socket.getOutputStream().write(garbage);
        yield true;
      }
      case UNKNOWN_CHANNEL -> {
        frames.channel(9, new byte[] {1}, 0, 1);
        frames.read();
        yield true;
      }
      case NO_STATUS, STATUS_FIRST -> false;
    };
  }

  private void bridge(List<String> argv) throws IOException, InterruptedException {
    var folder = Files.createTempDirectory("exec");
    var stdout = folder.resolve("o");
    var stderr = folder.resolve("e");
    // Real pipes: the JDK's own lose what others print after the program's end.
    if (new ProcessBuilder("mkfifo", stdout.toString(), stderr.toString()).start().waitFor() != 0) {
      throw new IOException("mkfifo");
    }
    var out = pump(stdout, STDOUT);
    var err = pump(stderr, STDERR);
    var process = container.exec(argv, stdout, stderr);
    Files.delete(stdout);
    Files.delete(stderr);
    Files.delete(folder);
    Thread.ofPlatform().daemon().name("fake-stdin").start(() -> feed(process.getOutputStream()));
    if (cluster.faults().lie().filter(Faults.Lie.STATUS_FIRST::equals).isPresent()) {
      status(success());
    }
    var code = process.waitFor();
    await(out);
    await(err);
    if (!gone) {
      end(code);
    }
  }

  private void end(int code) throws IOException {
    if (cluster.faults().lie().isEmpty()) {
      status(code == 0 ? success() : exited(code));
    }
    frames.close(1000);
  }

  private static void await(Future<?> pump) throws InterruptedException, IOException {
    try {
      var _ = pump.get();
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IOException(e);
    }
  }

  private Future<?> pump(Path fifo, int channel) {
    var done = new CompletableFuture<Void>();
    Thread.ofPlatform()
        .daemon()
        .name("fake-pump")
        .start(
            () -> {
              copy(fifo, channel);
              done.complete(null);
            });
    return done;
  }

  private void copy(Path fifo, int channel) {
    try {
      InputStream from = Files.newInputStream(fifo);
      var bytes = new byte[FRAME];
      for (int n = from.read(bytes); n >= 0; n = from.read(bytes)) {
        var sent = (int) Math.min(n, left.getAndAdd(-n));
        if (sent > 0) {
          frames.channel(channel, bytes, 0, sent);
        }
        if (sent < n) {
          cut();
        }
        if (gone) {
          // Kept open and never read again, as it is when a client of a real cluster has gone.
          Abandoned.keep(from);
          return;
        }
      }
      from.close();
    } catch (IOException e) {
      gone = true;
    }
  }

  private void feed(OutputStream stdin) {
    try (stdin) {
      for (var frame = frames.read();
          frame.opcode() != WebSocketFrames.CLOSE;
          frame = frames.read()) {
        var bytes = frame.payload();
        if (bytes.length == 2 && (bytes[0] & 0xff) == CLOSE && bytes[1] == STDIN) {
          return;
        }
        if (bytes.length > 1 && bytes[0] == STDIN) {
          stdin.write(bytes, 1, bytes.length - 1);
          stdin.flush();
        }
      }
      frames.close(1000);
    } catch (IOException e) {
      // Either the client or the program has gone.
    }
    gone = true;
    FakeCluster.reset(socket);
    cluster.ended(this);
  }

  /// Cuts the connection.
  void cut() {
    gone = true;
    FakeCluster.reset(socket);
  }

  private void status(Object status) throws IOException {
    var bytes = Serialization.asJson(status).getBytes(UTF_8);
    frames.channel(STATUS, bytes, 0, bytes.length);
  }

  private static Object success() {
    return Map.of("metadata", Map.of(), "status", "Success");
  }

  private static Object exited(int code) {
    return Map.of(
        "metadata",
        Map.of(),
        "status",
        "Failure",
        "message",
        "command terminated with non-zero exit code: exit status " + code,
        "reason",
        "NonZeroExitCode",
        "details",
        Map.of("causes", List.of(Map.of("reason", "ExitCode", "message", "" + code))));
  }

  private static Object notFound(String program) {
    return Map.of(
        "metadata",
        Map.of(),
        "status",
        "Failure",
        "message",
        "Internal error occurred: error executing command in container: failed to exec in"
            + " container: failed to start exec \"x\": OCI runtime exec failed: exec failed: unable"
            + " to start container process: exec: \""
            + program
            + "\": executable file not found in $PATH",
        "reason",
        "InternalError",
        "code",
        500);
  }
}
