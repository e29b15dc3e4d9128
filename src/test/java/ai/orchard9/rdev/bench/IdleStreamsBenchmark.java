package ai.orchard9.rdev.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Processes;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Streams on which nothing moves.
final class IdleStreamsBenchmark {
  private static final int STREAMS = 5_000;
  private static final int CALLS = 200;

  @Test
  void measuresIdleStreams() throws Exception {
    try (var server =
        ServerProcess.named("idle").database(TestPostgres.shared()).heap("512m").start()) {
      var client = server.client();
      var id = client.shell("echo up; sleep 900");
      client.awaitRunning(id);
      var sockets = new ArrayList<Socket>();
      try {
        open(server, id, 500, sockets);
        calls(client);
        closeAll(sockets);
        var quiet = calls(client);
        var heap = Heap.live(server.pid());
        var resident = Processes.residentBytes(server.pid());
        open(server, id, STREAMS, sockets);
        var crowded = calls(client);
        var heapEach = (Heap.live(server.pid()) - heap) / (double) STREAMS / 1024;
        var residentEach =
            (Processes.residentBytes(server.pid()) - resident) / (double) STREAMS / 1024;

        new Report(
                "c. Idle streams", "5,000 open streams of one running command", "without", "with")
            .row("heap per stream, KB", "", Samples.text(heapEach))
            .row("resident memory per stream, KB", "", Samples.text(residentEach))
            .row("`GET /projects` p50, ms", quiet.cells()[0], crowded.cells()[0])
            .row("`GET /projects` p99, ms", quiet.cells()[2], crowded.cells()[2])
            .note(
                """
                Heap is what is in use after a full collection, with the streams less without, divided by their number.
                Target: ≤ 12 KB of heap per stream. 200 calls each, one after the other.\
                """)
            .write();
        client.post("/commands/" + id + "/cancel", Map.of("grace_seconds", 0));
      } finally {
        closeAll(sockets);
      }
    }
  }

  private static Samples calls(ApiClient client) throws Exception {
    var samples = new Samples(CALLS);
    for (int i = 0; i < CALLS; i++) {
      samples.time(() -> assertThat(client.get("/projects").status()).isEqualTo(200));
    }
    return samples;
  }

  private static void open(ServerProcess server, String id, int count, List<Socket> sockets)
      throws IOException {
    var request =
        "GET /commands/%s/events HTTP/1.1\r\nHost: localhost\r\nX-API-Key: %s\r\n\r\n"
            .formatted(id, ServerProcess.KEY)
            .getBytes(US_ASCII);
    var buffer = new byte[4096];
    for (int i = 0; i < count; i++) {
      var socket = new Socket(server.uri().getHost(), server.uri().getPort());
      sockets.add(socket);
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request);
      var seen = "";
      while (!seen.contains("\"up\"")) {
        var n = socket.getInputStream().read(buffer);
        assertThat(n).as("stream " + i + " said: " + seen).isPositive();
        seen += new String(buffer, 0, n, US_ASCII);
      }
    }
  }

  private static void closeAll(List<Socket> sockets) throws IOException {
    for (var socket : sockets) {
      socket.close();
    }
    sockets.clear();
  }
}
