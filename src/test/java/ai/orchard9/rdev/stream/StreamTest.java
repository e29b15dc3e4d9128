package ai.orchard9.rdev.stream;

import static ai.orchard9.rdev.command.output.Commands.OWNER;
import static ai.orchard9.rdev.command.output.Commands.TOKEN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.command.output.CommandKey;
import ai.orchard9.rdev.command.output.Segmenter;
import ai.orchard9.rdev.command.output.StreamName;
import ai.orchard9.rdev.stream.SseClient.Event;
import ai.orchard9.rdev.testing.PostgresExtension;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropwizard.configuration.ResourceConfigurationSourceProvider;
import io.dropwizard.core.Configuration;
import io.dropwizard.testing.ConfigOverride;
import io.dropwizard.testing.DropwizardTestSupport;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StreamTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final ObjectMapper JSON = new ObjectMapper();
  private static DropwizardTestSupport<Configuration> server;
  private static StreamApplication app;

  private final String id = "cmd-" + UUID.randomUUID().toString().replace("-", "");
  private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
  private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
  private final ByteArrayOutputStream both = new ByteArrayOutputStream();
  private final Segmenter segmenter = new Segmenter(id, 1, 0, 0, Long.MAX_VALUE);
  private long lastEventId;

  @BeforeAll
  static void start() throws Exception {
    StreamApplication.target = POSTGRES.target();
    StreamApplication.silence = Duration.ofSeconds(2);
    server =
        new DropwizardTestSupport<>(
            StreamApplication.class,
            "http-test.yml",
            new ResourceConfigurationSourceProvider(),
            ConfigOverride.config("server.maxThreads", "20"),
            ConfigOverride.config("server.applicationConnectors[0].idleTimeout", "10s"));
    server.before();
    app = server.getApplication();
  }

  @AfterAll
  static void stop() {
    server.after();
    app.rows().close();
  }

  @Test
  void followsARunningCommandToItsEnd() throws Exception {
    var key = app.rows().running(id);
    write(key, StreamName.STDOUT, "before\n");
    try (var client = events("")) {
      assertThat(client.status()).isEqualTo(200);
      assertThat(client.header("content-type")).isEqualTo("text/event-stream");
      assertThat(client.header("cache-control")).isEqualTo("no-store");
      assertThat(client.header("x-accel-buffering")).isEqualTo("no");
      assertThat(client.header("x-request-id")).isNotEmpty();
      assertThat(client.next())
          .isEqualTo(
              new Event(
                  null,
                  "connected",
                  "{\"project\":\"demo\",\"stream_id\":\""
                      + id
                      + "\",\"reconnecting\":false,\"status\":\"running\"}"));
      assertThat(client.next())
          .isEqualTo(new Event("1", "output", "{\"line\":\"before\",\"stream\":\"stdout\"}"));

      write(key, StreamName.STDERR, "while\n");

      assertThat(client.next())
          .isEqualTo(new Event("2", "output", "{\"line\":\"while\",\"stream\":\"stderr\"}"));
      finish();
      assertThat(client.next())
          .isEqualTo(
              new Event(
                  "3",
                  "complete",
                  "{\"status\":\"completed\",\"exit_code\":0,\"signal\":null,\"error\":null,"
                      + "\"kill\":null,\"background\":0,\"duration_ms\":0,"
                      + "\"stdout_bytes\":7,\"stderr_bytes\":6,"
                      + "\"stdout_sha256\":\"aa\",\"stderr_sha256\":\"bb\"}"));
      assertThat(client.next()).isNull();
    }
  }

  @Test
  void continuesAfterEveryId() throws Exception {
    var key = app.rows().running(id);
    generate(key, 25, new Random(1));
    finish();
    List<Event> all;
    try (var client = events("")) {
      all = client.rest();
    }
    assertThat(all).hasSize((int) lastEventId + 2);

    for (int after = 0; after <= lastEventId; after++) {
      try (var client = events("", "Last-Event-ID: " + after)) {
        var rest = client.rest();
        assertThat(rest.getFirst().data()).contains("\"reconnecting\":" + (after > 0));
        assertThat(rest.subList(1, rest.size())).isEqualTo(all.subList(after + 1, all.size()));
      }
    }
    try (var client = events("?last_event_id=" + (lastEventId + 1))) {
      assertThat(client.status()).isEqualTo(204);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "x", "1.0", "+1", "2", "99999999999999999999", "0x1", "1 2"})
  void refusesIdsThatAreNone(String lastEventId) throws Exception {
    var key = app.rows().running(id);
    write(key, StreamName.STDOUT, "one\n");

    try (var client = events("", "Last-Event-ID: " + lastEventId)) {
      assertThat(client.status()).isEqualTo(400);
      var error = JSON.readTree(client.body()).get("error");
      assertThat(error.get("code").textValue()).isEqualTo("BAD_REQUEST");
      assertThat(error.get("details").get(0).get("field").textValue()).isEqualTo("Last-Event-ID");
    }
  }

  @Test
  void knowsOnlyCommandsThatTheCallerMaySee() throws Exception {
    app.rows().running(id);
    int port = server.getLocalPort();
    for (String path :
        List.of(
            "/commands/cmd-unknown/events",
            "/commands/nonsense/events",
            "/projects/demo/events?stream_id=cmd-unknown",
            "/projects/other/events?stream_id=" + id,
            "/projects/other/events",
            "/commands/cmd-unknown/output")) {
      try (var client = new SseClient(port, path)) {
        assertThat(client.status()).as(path).isEqualTo(404);
      }
    }
    try (var client =
        new SseClient(port, "/commands/" + id + "/events", "Authorization: Bearer other")) {
      assertThat(client.status()).isEqualTo(200);
    }
  }

  @Test
  void losesNothingOverAThousandDisconnects() throws Exception {
    var key = app.rows().running(id);
    var random = new Random(2);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var clients = new ArrayList<Future<List<Event>>>();
      for (int i = 0; i < 20; i++) {
        long seed = i;
        clients.add(threads.submit(() -> followWithDisconnects(50, new Random(seed))));
      }
      generate(key, 600, random);
      finish();
      var all = clients.getFirst().get();
      for (Future<List<Event>> client : clients) {
        assertThat(client.get()).isEqualTo(all);
      }
      assertThat(all).hasSize((int) lastEventId + 1);
      for (int i = 0; i < lastEventId; i++) {
        assertThat(all.get(i).id()).isEqualTo(String.valueOf(i + 1));
      }
    }
  }

  @Test
  void slowReaderDelaysNobody() throws Exception {
    var key = app.rows().running(id);
    try (var slow = new SseClient(server.getLocalPort(), "/commands/" + id + "/events", 2048);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var fast = new ArrayList<Future<List<Event>>>();
      for (int i = 0; i < 9; i++) {
        fast.add(threads.submit(this::followToEnd));
      }
      byte[] line = ("x".repeat(200) + "\n").getBytes(UTF_8);
      for (int i = 0; i < 60; i++) {
        write(key, StreamName.STDOUT, new String(line, UTF_8).repeat(1000));
      }
      finish();

      for (Future<List<Event>> client : fast) {
        assertThat(client.get()).hasSize(60_000 + 2);
      }
      // The peer that never reads is let go when its write has not moved for the idle time-out.
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> app.streams().list().stream().noneMatch(it -> it.target().equals(id)));
      assertThatThrownBy(slow::rest).isInstanceOf(IOException.class);
    }
  }

  @Test
  void moreStreamsThanThreadsLeaveTheApiQuick() throws Exception {
    var key = app.rows().running(id);
    write(key, StreamName.STDOUT, "one\n");
    var clients = new ArrayList<SseClient>();
    try {
      for (int i = 0; i < 200; i++) {
        var client = events("");
        clients.add(client);
        client.next();
        assertThat(client.next()).isNotNull();
      }
      long start = System.nanoTime();
      try (var api = new SseClient(server.getLocalPort(), "/projects")) {
        assertThat(api.status()).isEqualTo(200);
      }
      assertThat(System.nanoTime() - start).isLessThan(2_000_000_000L);
      assertThat(active()).isGreaterThanOrEqualTo(200);

      write(key, StreamName.STDOUT, "two\n");
      finish();
      for (SseClient client : clients) {
        assertThat(next(client, "output").id()).isEqualTo("2");
        assertThat(next(client, "complete").id()).isEqualTo("3");
        assertThat(client.next()).isNull();
      }
    } finally {
      for (SseClient client : clients) {
        client.close();
      }
    }
    await().until(() -> active() == 0);
  }

  @Test
  void refusesMoreStreamsThanAllowed() throws Exception {
    app.rows().running(id);
    await().until(() -> active() == 0);
    StreamApplication.mostStreams = 2;
    try (var first = events("");
        var second = events("");
        var third = events("")) {
      assertThat(first.next()).isNotNull();
      assertThat(second.next()).isNotNull();
      assertThat(third.status()).isEqualTo(503);
      assertThat(third.header("retry-after")).isNotEmpty();
      assertThat(JSON.readTree(third.body()).at("/error/code").textValue())
          .isEqualTo("SERVICE_UNAVAILABLE");
    } finally {
      StreamApplication.mostStreams = 10_000;
    }
    finish();
  }

  @Test
  void sendsHeartbeatsInSilenceAndFindsClientsThatLeft() throws Exception {
    app.rows().running(id);
    try (var client = events("")) {
      var heartbeat = next(client, "heartbeat");
      assertThat(heartbeat.id()).isNull();
      assertThat(heartbeat.data())
          .matches("\\{\"timestamp\":\"[-0-9]{10}T[:0-9]{8}\\.[0-9]{3}Z\"}");

      client.vanish();

      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> app.streams().list().stream().noneMatch(it -> it.target().equals(id)));
    }
  }

  @Test
  void endsStreamsOfAKeyThatEnded() throws Exception {
    app.rows().running(id);
    try (var client = events("")) {
      client.next();

      app.endKeys(Optional.of("KEY_REVOKED"));

      var error = next(client, "stream_error");
      assertThat(error.data()).startsWith("{\"code\":\"KEY_REVOKED\",\"message\":");
      assertThat(client.next()).isNull();
    } finally {
      app.endKeys(Optional.empty());
    }
  }

  @Test
  void endsChosenStreams() throws Exception {
    app.rows().running(id);
    try (var client = events("")) {
      client.next();

      int closed = app.streams().close(it -> it.target().equals(id), "CLOSED", "by an operator");

      assertThat(closed).isEqualTo(1);
      assertThat(next(client, "stream_error").data())
          .isEqualTo("{\"code\":\"CLOSED\",\"message\":\"by an operator\"}");
      assertThat(client.next()).isNull();
    }
  }

  @Test
  void tellsOfPurgedEvents() throws Exception {
    var key = app.rows().running(id);
    write(key, StreamName.STDOUT, "1\n2\n3\n");
    finish();
    app.rows()
        .jdbi()
        .useHandle(handle -> handle.execute("DELETE FROM output_chunks WHERE command_id = ?", id));
    // The ring of the server still has them; a command that nobody has read for long is in none.
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofSeconds(12))
        .untilAsserted(
            () -> {
              try (var client = events("?last_event_id=1")) {
                client.next();
                assertThat(client.next())
                    .isEqualTo(
                        new Event("3", "gap", "{\"from_id\":2,\"to_id\":3,\"reason\":\"purged\"}"));
                assertThat(next(client, "complete").id()).isEqualTo("4");
              }
            });
    try (var client = output("")) {
      assertThat(client.status()).isEqualTo(404);
    }
  }

  @Test
  void tellsTheLifeOfAProject() throws Exception {
    long newest = app.life().newest("demo");
    try (var client = new SseClient(server.getLocalPort(), "/projects/demo/events")) {
      assertThat(next(client, "connected").data())
          .isEqualTo(
              "{\"project\":\"demo\",\"stream_id\":null,\"reconnecting\":false,\"status\":null}");
      happen("pending");
      happen("running");

      var first = next(client, "command");
      assertThat(first.id()).isEqualTo(String.valueOf(newest + 1));
      assertThat(first.data())
          .matches(
              "\\{\"command_id\":\""
                  + id
                  + "\",\"type\":\"shell\",\"status\":\"pending\","
                  + "\"exit_code\":null,\"at\":\"[-0-9]{10}T[:0-9]{8}\\.[0-9]{3}Z\"}");
      assertThat(next(client, "command").id()).isEqualTo(String.valueOf(newest + 2));
    }
    try (var client =
        new SseClient(
            server.getLocalPort(), "/projects/demo/events?last_event_id=" + (newest + 1))) {
      assertThat(next(client, "command").id()).isEqualTo(String.valueOf(newest + 2));
    }
    try (var client =
        new SseClient(
            server.getLocalPort(), "/projects/demo/events", "Last-Event-ID: " + (newest + 3))) {
      assertThat(client.status()).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 206, 0, 1",
    "bytes=0-, 206, 0, 100000",
    "bytes=5-9, 206, 5, 10",
    "bytes=65530-65545, 206, 65530, 65546",
    "bytes=99999-, 206, 99999, 100000",
    "bytes=99990-200000, 206, 99990, 100000",
    "bytes=-1, 206, 99999, 100000",
    "bytes=-200000, 206, 0, 100000",
    "bytes=100000-, 416, 0, 0",
    "bytes=-0, 416, 0, 0",
    "bytes=9-5, 200, 0, 100000",
    "bytes=x-, 200, 0, 100000",
    "bytes=-, 200, 0, 100000",
    "lines=1-2, 200, 0, 100000",
    "'bytes=1-2,4-5', 200, 0, 100000",
    "bytes=99999999999999999999-, 416, 0, 0",
  })
  void honoursRanges(String range, int status, int from, int to) throws Exception {
    var key = app.rows().running(id);
    byte[] bytes = new byte[100_000];
    new Random(4).nextBytes(bytes);
    bytes[bytes.length - 1] = '\n';
    write(key, StreamName.STDERR, "noise\n");
    write(key, StreamName.STDOUT, bytes);
    finish();

    try (var client = output("?stream=stdout", "Range: " + range)) {
      assertThat(client.status()).isEqualTo(status);
      assertThat(client.header("accept-ranges")).isEqualTo("bytes");
      if (status == 416) {
        assertThat(client.header("content-range")).isEqualTo("bytes */100000");
        return;
      }
      assertThat(client.header("content-length")).isEqualTo(String.valueOf(to - from));
      assertThat(client.header("content-range"))
          .isEqualTo(status == 200 ? null : "bytes %d-%d/100000".formatted(from, to - 1));
      assertThat(client.body()).isEqualTo(Arrays.copyOfRange(bytes, from, to));
    }
  }

  @Test
  void givesTheExactBytesOfEachStreamAndOfBoth() throws Exception {
    var key = app.rows().running(id);
    generate(key, 300, new Random(5));

    try (var out = output("?stream=stdout");
        var err = output("?stream=stderr");
        var all = output("");
        var none = output("?stream=stdin")) {
      assertThat(out.header("content-type")).isEqualTo("application/octet-stream");
      assertThat(out.body()).isEqualTo(stdout.toByteArray());
      assertThat(err.body()).isEqualTo(stderr.toByteArray());
      assertThat(all.body()).isEqualTo(both.toByteArray());
      assertThat(none.status()).isEqualTo(400);
    }
    finish();
  }

  @Test
  void followsOutputToTheEnd() throws Exception {
    var key = app.rows().running(id);
    write(key, StreamName.STDOUT, "first\n");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var out = output("?stream=stdout&follow=true", "Accept-Encoding: gzip");
        var all = output("?follow=true")) {
      var outBody = threads.submit((Callable<byte[]>) out::body);
      var allBody = threads.submit((Callable<byte[]>) all::body);
      generate(key, 300, new Random(6));
      finish();

      assertThat(outBody.get()).isEqualTo(stdout.toByteArray());
      assertThat(allBody.get()).isEqualTo(both.toByteArray());
    }
  }

  @Test
  void cutsFollowedOutputOffWhenItEndsEarly() throws Exception {
    var key = app.rows().running(id);
    write(key, StreamName.STDOUT, "first\n");
    try (var out = output("?follow=true")) {
      await().until(() -> app.streams().list().stream().anyMatch(it -> it.target().equals(id)));

      app.streams().close(it -> it.target().equals(id), "CLOSED", "by an operator");

      assertThatThrownBy(out::body).isInstanceOfAny(EOFException.class, IOException.class);
    }
    finish();
  }

  @Test
  void keepsTheConnectionForTheNextRequest() throws Exception {
    var key = app.rows().running(id);
    write(key, StreamName.STDOUT, "first\n");
    finish();
    var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    for (String encoding : List.of("identity", "gzip")) {
      var request =
          HttpRequest.newBuilder()
              .uri(
                  URI.create(
                      "http://127.0.0.1:" + server.getLocalPort() + "/commands/" + id + "/output"))
              .header("X-API-Key", "reader")
              .header("Accept-Encoding", encoding)
              .build();
      for (int i = 0; i < 3; i++) {
        var response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("connection")).isEmpty();
      }
    }
  }

  private void happen(String status) {
    app.rows().changed("demo", id, status);
    app.life().published();
  }

  /// Follows to the end, vanishing and coming back that often.
  private List<Event> followWithDisconnects(int disconnects, Random random) throws Exception {
    var seen = new ArrayList<Event>();
    long after = 0;
    for (int i = 0; ; i++) {
      try (var client = events("", "Last-Event-ID: " + after)) {
        int events = i < disconnects ? random.nextInt(200) : Integer.MAX_VALUE;
        client.next();
        for (int n = 0; n < events; n++) {
          var event = client.next();
          if (event == null) {
            return seen;
          }
          if (event.id() != null) {
            seen.add(event);
            after = Long.parseLong(event.id());
          }
          if (event.name().equals("complete")) {
            return seen;
          }
        }
        client.vanish();
      }
    }
  }

  private List<Event> followToEnd() throws IOException {
    try (var client = events("")) {
      return client.rest().stream().filter(it -> !it.name().equals("heartbeat")).toList();
    }
  }

  private static Event next(SseClient client, String name) throws IOException {
    while (true) {
      var event = client.next();
      if (event == null) {
        throw new EOFException("no " + name);
      }
      if (event.name().equals(name)) {
        return event;
      }
    }
  }

  private SseClient events(String query, String... headers) throws IOException {
    return new SseClient(server.getLocalPort(), "/commands/" + id + "/events" + query, headers);
  }

  private SseClient output(String query, String... headers) throws IOException {
    return new SseClient(server.getLocalPort(), "/commands/" + id + "/output" + query, headers);
  }

  private void generate(CommandKey key, int rounds, Random random) {
    for (int i = 0; i < rounds; i++) {
      int lines = random.nextInt(30) == 0 ? random.nextInt(3000) : random.nextInt(5);
      var stream = random.nextBoolean() ? StreamName.STDOUT : StreamName.STDERR;
      write(key, stream, ("line " + i + " äöü \u001b[1m\"x\"\n").repeat(lines));
    }
  }

  private void write(CommandKey key, StreamName stream, String text) {
    write(key, stream, text.getBytes(UTF_8));
  }

  private void write(CommandKey key, StreamName stream, byte[] bytes) {
    segmenter.append(stream, bytes, 0, bytes.length, 0);
    // Later than any hold: what is left of a line goes too.
    long now = 10 * Segmenter.HOLD_NANOS;
    for (var chunks = segmenter.take(now); !chunks.isEmpty(); chunks = segmenter.take(now)) {
      assertThat(app.log().append(key, TOKEN, OWNER, chunks)).isTrue();
      for (var chunk : chunks) {
        both.writeBytes(chunk.bytes());
        (chunk.stream() == StreamName.STDOUT ? stdout : stderr).writeBytes(chunk.bytes());
      }
      lastEventId = chunks.getLast().lastEventId();
    }
  }

  private void finish() {
    app.rows().finish(id);
    app.log().finished(id);
  }

  private static double active() {
    return app.registry().scrape().stream()
        .filter(it -> it.getMetadata().getName().equals("rdev_sse_connections_active"))
        .map(GaugeSnapshot.class::cast)
        .mapToDouble(it -> it.getDataPoints().getFirst().getValue())
        .sum();
  }
}
