package ai.orchard9.rdev.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.SseClient;
import ai.orchard9.rdev.testing.TestPostgres;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What a short command takes from the request to its end, and a byte from the pipe to the reader.
final class LatencyBenchmark {
  private static final int COMMANDS = 200;
  private static final int WARM_UP = 600;
  private static final String SHELL = "/projects/" + ApiClient.DEMO + "/shell";

  /// As between two commands of people: the next spool is laid out meanwhile.
  private static final Duration PAUSE = Duration.ofMillis(100);

  @Test
  void measuresShortCommands() throws Exception {
    try (var server =
        ServerProcess.named("latency").database(TestPostgres.shared()).heap("512m").start()) {
      var client = server.client();
      for (int i = 0; i < WARM_UP; i++) {
        waitFor(client, "true");
      }
      var complete = new Samples(COMMANDS);
      var firstByte = new Samples(COMMANDS);
      var last = new Samples(COMMANDS);
      var bare = new Samples(COMMANDS);
      var bareByte = new Samples(COMMANDS);
      for (int i = 0; i < COMMANDS; i++) {
        Thread.sleep(PAUSE);
        complete.time(() -> waitFor(client, "true"));
        Thread.sleep(PAUSE);
        bare.time(() -> runBare("true"));
        Thread.sleep(PAUSE);
        var echo = EchoCommand.run(server);
        firstByte.add(echo.line());
        last.add(echo.complete());
        Thread.sleep(PAUSE);
        bareByte.time(() -> runBare("echo x"));
      }
      var busy = new Samples(COMMANDS);
      for (int i = 0; i < COMMANDS; i++) {
        busy.time(() -> waitFor(client, "true"));
      }
      var written = written(client, server);
      var perSecond = perSecond(client);

      new Report("a. Short commands", "ms", "p50", "p95", "p99", "bare p50", "ratio")
          .row("`true`, POST to `complete` in the wait answer", complete.against(bare))
          .row("the same without a pause between commands", busy.against(bare))
          .row("`echo x` answered with events: POST to its line", firstByte.against(bareByte))
          .row("the same, POST to `complete`", last.against(bareByte))
          .row("a byte written by a running command, to its reader", alone(written))
          .row("`true` from 8 clients at once, per second", perSecond, "", "", "", "")
          .note(
              """
              200 of each after a warm-up of 600, by turns, with pauses of 100 ms. Bare is `bash -c` in a
              `ProcessBuilder` of the measuring process, waited for. Targets: p50 ≤ 15 ms and p99 ≤ 50 ms to `complete`
              on an idle machine; ≤ 10 ms for a byte after it was written.\
              """)
          .note(
              """
              What bounds it: three durable commits (queued, claimed, ended), and the start of four programs one after
              the other: the rename that decides the start, `setsid`, `bash`, and what it runs. Of 20 ms about 8 are
              the spool's and the command's own, 4 the database's, 2 HTTP's (`GET /health` takes as long), the rest
              wake-ups of processors that idled. Without a pause, laying out the next spool (about ten processes)
              competes with the command for the processors.\
              """)
          .write();
    }
  }

  private static String[] alone(Samples samples) {
    var cells = samples.cells();
    return new String[] {cells[0], cells[1], cells[2], "", ""};
  }

  private static void waitFor(ApiClient client, String script) {
    var answer = client.post(SHELL, Map.of("command", script), "Prefer", "wait=30");
    assertThat(answer.data().path("status").asText()).as(answer.text()).isEqualTo("completed");
  }

  private static void runBare(String script) throws Exception {
    var process = new ProcessBuilder("bash", "-c", script).start();
    drain(process.getInputStream());
    assertThat(process.waitFor()).isZero();
  }

  private static void drain(InputStream in) throws Exception {
    assertThat(in.readAllBytes().length).isLessThan(100);
  }

  /// The command says when it wrote; both look at the same clock.
  private static Samples written(ApiClient client, ServerProcess server) {
    var samples = new Samples(COMMANDS);
    var id =
        client.shell(
            "i=0; while [ $i -lt " + COMMANDS + " ]; do date +%s%N; sleep 0.1; : $((i+=1)); done");
    try (var events =
        SseClient.get(server.uri(), ServerProcess.KEY, "/commands/" + id + "/events")) {
      for (var event = events.next(); event.isPresent(); event = events.next()) {
        if (event.get().name().equals("output")) {
          var now = Instant.now();
          var nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
          samples.add(nanos - Long.parseLong(event.get().json().path("line").asText()));
        }
      }
    }
    return samples;
  }

  private static String perSecond(ApiClient client) throws Exception {
    var clients = 8;
    try (var threads = Executors.newFixedThreadPool(clients)) {
      var before = System.nanoTime();
      for (int i = 0; i < clients; i++) {
        threads.execute(
            () -> {
              for (int k = 0; k < COMMANDS / clients; k++) {
                waitFor(client, "true");
              }
            });
      }
      threads.shutdown();
      assertThat(threads.awaitTermination(5, TimeUnit.MINUTES)).isTrue();
      return Samples.text(COMMANDS * 1e9 / (System.nanoTime() - before));
    }
  }
}
