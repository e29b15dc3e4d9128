package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.History;
import ai.orchard9.rdev.testing.Processes;
import ai.orchard9.rdev.testing.Repetitions;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.SseClient;
import ai.orchard9.rdev.testing.TestPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// Many readers, slow readers, readers that come and go: each sees every line once, and none harms
/// another.
final class StreamsTest {
  private static final long SEED = System.nanoTime();

  @Test
  void disconnectsAndResumesLoseNothingAndRepeatNothing() {
    var lines = Repetitions.of(100_000, 1_000_000);
    var cuts = Repetitions.of(100, 1_000);
    var random = new Random(SEED);
    var settings = ServerProcess.named("cuts").database(TestPostgres.shared());
    try (var one = settings.start();
        var two = settings.twin().start()) {
      var servers = new ApiClient[] {one.client(), two.client()};
      // About as long as the cuts take, so that they fall into live output as well as into the
      // past.
      var id =
          one.client()
              .shell(
                  "i=0; while [ $i -lt 50 ]; do seq $((i*N/50+1)) $(((i+1)*N/50)); i=$((i+1));"
                      .concat(" sleep 0.1; done")
                      .replace("N", Integer.toString(lines)));
      var history = new History();
      var bytesOfAll = lines * 60L;
      for (int i = 0; i < cuts && !history.isComplete(); i++) {
        try (var stream = servers[i % 2].events(id, history.lastId())) {
          assertThat(stream.status()).as("seed " + SEED).isEqualTo(200);
          history.follow(stream.cutAfter(1 + random.nextLong(2 * bytesOfAll / cuts)));
        }
      }
      while (!history.isComplete()) {
        try (var stream = two.client().events(id, history.lastId())) {
          history.follow(stream);
        }
      }

      history.assertExact(one.client(), id);
      assertThat(history.outputs()).isEqualTo(lines);
    }
  }

  @Test
  void moreStreamsThanThreadsLeaveTheRestOfTheApiQuick() {
    try (var server =
        ServerProcess.named("crowd")
            .database(TestPostgres.shared())
            .setting("server.maxThreads", "24")
            .setting("server.minThreads", "8")
            .start()) {
      var client = server.client();
      var id = client.shell("echo up; sleep 300");
      client.awaitRunning(id);
      var streams = new ArrayList<SseClient>();
      try {
        for (int i = 0; i < 300; i++) {
          var stream = client.events(id);
          streams.add(stream);
          assertThat(stream.status()).isEqualTo(200);
          assertThat(stream.next().orElseThrow().name()).isEqualTo("connected");
        }

        for (int i = 0; i < 20; i++) {
          var before = System.nanoTime();
          assertThat(client.get("/projects").status()).isEqualTo(200);
          assertThat(Duration.ofNanos(System.nanoTime() - before))
              .isLessThan(Duration.ofMillis(i < 5 ? 1000 : 200));
        }
        client.post("/commands/" + id + "/cancel", Map.of("grace_seconds", 0));
        for (var stream : streams) {
          var history = new History();
          history.follow(stream);
          assertThat(history.isComplete()).isTrue();
        }
      } finally {
        streams.forEach(SseClient::close);
      }
    }
  }

  @Test
  void moreStreamsThanAllowedAreRefused() {
    try (var server =
        ServerProcess.named("bounded")
            .database(TestPostgres.shared())
            .environment("MAX_STREAMS", "5")
            .start()) {
      var client = server.client();
      var id = client.shell("sleep 300");
      var streams = new ArrayList<SseClient>();
      try {
        for (int i = 0; i < 5; i++) {
          var stream = client.events(id);
          streams.add(stream);
          assertThat(stream.status()).isEqualTo(200);
        }
        var refused = client.get("/commands/" + id + "/events", "Accept", "text/event-stream");

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.errorCode()).isEqualTo("SERVICE_UNAVAILABLE");
        assertThat(refused.find("Retry-After")).isPresent();
        assertThat(client.get("/projects").status()).isEqualTo(200);
      } finally {
        streams.forEach(SseClient::close);
      }
    }
  }

  @Test
  void aReaderThatNeverReadsCostsNothingAndDelaysNobody() throws Exception {
    var megabytes = Repetitions.of(20, 200);
    try (var server =
            ServerProcess.named("stalled")
                .database(TestPostgres.shared())
                .environment("OUTPUT_LIMIT_BYTES", Long.toString(1L << 30))
                .start();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var client = server.client();
      warmUp(client, threads);
      var before = Processes.residentBytes(server.pid());
      var line = "x".repeat(99);
      var id =
          client.shell("sleep 1; yes " + line + " | head -n " + megabytes * 10_000 + "; echo end");
      try (var stalled = client.events(id)) {
        assertThat(stalled.status()).isEqualTo(200);
        var readers = new ArrayList<Future<Long>>();
        for (int i = 0; i < 9; i++) {
          readers.add(threads.submit(drain(client, id)));
        }
        var peak = before;
        while (readers.stream().anyMatch(it -> !it.isDone())) {
          peak = Math.max(peak, Processes.residentBytes(server.pid()));
          LockSupport.parkNanos(20_000_000);
        }
        for (var reader : readers) {
          assertThat(reader.get()).isEqualTo(megabytes * 10_000L + 2);
        }

        assertThat(client.command(id).path("status").asText()).isEqualTo("completed");
        assertThat(peak - before).as("growth").isLessThanOrEqualTo(64L << 20);
      }
    }
  }

  /// Brings the heap to its working size, by as much as follows in a reduced run: growth after that
  /// is what the readers cost.
  private static void warmUp(ApiClient client, ExecutorService threads) throws Exception {
    for (int i = 0; i < 3; i++) {
      var id = client.shell("yes " + "w".repeat(99) + " | head -n 200000");
      for (var reader : threads.invokeAll(Collections.nCopies(9, drain(client, id)))) {
        assertThat(reader.get()).isEqualTo(200_001L);
      }
    }
  }

  /// Reads a whole stream and tells its last id; looks at little, so as not to be the bottleneck.
  private static Callable<Long> drain(ApiClient client, String id) {
    return () -> {
      try (var stream = client.events(id)) {
        var last = 0L;
        for (var event = stream.next(); event.isPresent(); event = stream.next()) {
          if (event.get().hasId()) {
            assertThat(event.get().id()).isEqualTo(last + 1);
            last++;
          }
        }
        return last;
      }
    };
  }
}
