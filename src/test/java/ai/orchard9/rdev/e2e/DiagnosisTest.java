package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Operators look into the JVM without any tool beside curl.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DiagnosisTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String OTHERS_ENVIRONMENT = "seen-in-no-profile-4711";

  /// A file system without a free byte.
  private static final Path FULL = Path.of("/proc/self");

  @TempDir private Path files;
  private final Path temporary;

  /// Where the server finds it.
  private final Path link;

  private final ServerProcess server;

  DiagnosisTest() {
    var settings =
        ServerProcess.named("diagnosis")
            .database(TestPostgres.shared())
            .environment("UNKNOWN_SECRET", OTHERS_ENVIRONMENT);
    temporary = settings.home().resolve("tmp");
    link = settings.home().resolve("link");
    server = settings.option("-Djava.io.tmpdir=" + link).build();
  }

  @BeforeAll
  void start() throws IOException {
    Files.createDirectories(temporary);
    Files.createSymbolicLink(link, temporary);
    server.launch();
    server.awaitReady();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void recordsAProfileThatKeepsSecrets() throws IOException {
    var secret = "seen-in-no-profile-4712";
    var busy =
        CompletableFuture.supplyAsync(
            () -> server.client().run("sleep 0.5; : " + secret + "; sleep 0.5"));
    var answer = server.admin().get("/profile?seconds=2", "X-Request-Id", "profile-1");

    assertThat(busy.join().path("exit_code").asInt(-1)).isZero();
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
    assertThat(header(answer, "Content-Type")).isEqualTo("application/octet-stream");
    assertThat(header(answer, "Content-Disposition")).contains("profile.jfr");
    assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
    var file = Files.write(files.resolve("profile.jfr"), answer.body());
    var events = RecordingFile.readAllEvents(file);
    var names = events.stream().map(it -> it.getEventType().getName()).collect(Collectors.toSet());
    assertThat(names).contains("jdk.ActiveRecording", "jdk.CPULoad", "jdk.OSInformation");
    assertThat(names)
        .allMatch(it -> it.startsWith("jdk."))
        .doesNotContain(
            "jdk.InitialEnvironmentVariable", "jdk.SystemProcess", "jdk.JVMInformation");
    assertThat(recorded(events)).isBetween(Duration.ofMillis(1_500), Duration.ofSeconds(20));
    var bytes = new String(answer.body(), ISO_8859_1);
    assertThat(bytes.contains(ServerProcess.KEY)).isFalse();
    assertThat(bytes.contains(OTHERS_ENVIRONMENT)).isFalse();
    assertThat(bytes.contains(secret)).isFalse();
    assertOnRecord("profile-1", "profile", "{\"seconds\":\"2\"}");
  }

  private static Duration recorded(List<RecordedEvent> events) {
    var first = events.stream().map(RecordedEvent::getStartTime).min(Instant::compareTo);
    var last = events.stream().map(RecordedEvent::getEndTime).max(Instant::compareTo);
    return Duration.between(first.orElseThrow(), last.orElseThrow());
  }

  @Test
  void dumpsTheHeapIntoAFileThatNobodyElseMayReadAndThatIsGoneAfterwards() throws Exception {
    var seen = new HashSet<String>();
    var watching =
        CompletableFuture.supplyAsync(
            () -> server.admin().get("/heap-dump", "X-Request-Id", "dump-1"));
    while (!watching.isDone()) {
      seen.addAll(dumps());
    }
    var answer = watching.get();

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(header(answer, "Content-Disposition")).contains("heap.hprof");
    var head = new String(answer.body(), 0, 18, US_ASCII);
    assertThat(head).isEqualTo("JAVA PROFILE 1.0.2");
    assertThat(answer.body().length)
        .isGreaterThan(5_000_000)
        .isEqualTo(Integer.parseInt(header(answer, "Content-Length")));
    assertThat(new String(answer.body(), ISO_8859_1)).contains(ServerProcess.KEY);
    assertThat(seen).contains("rw-------").isSubsetOf("rw-------", "rwx------");
    assertThat(dumps()).isEmpty();
    assertOnRecord("dump-1", "heap-dump", "{}");
  }

  /// The permissions of what is there of a dump.
  private Set<String> dumps() {
    var found = new HashSet<String>();
    try (var tree = Files.walk(temporary, 2)) {
      for (var path : tree.filter(it -> it.toString().contains("rdev-heap-dump-")).toList()) {
        found.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
      }
    } catch (NoSuchFileException | UncheckedIOException gone) {
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  @Test
  void takesOneAtATimeAndNoticesAClientThatHasGone() throws IOException {
    try (var profiled = begin("/profile?seconds=300")) {
      // Interim answers come while it waits for its recording.
      assertThat(firstLine(profiled)).startsWith("HTTP/1.1 102");
      var refused = server.admin().get("/heap-dump");
      assertThat(refused.statusCode()).isEqualTo(409);
      assertThat(text(refused))
          .startsWith("error=a profile is being taken; one at a time\nusage=GET /heap-dump");
    }
    await("the turn is free again").atMost(SOON).until(this::isFree);

    try (var dumped = begin("/heap-dump")) {
      assertThat(firstLine(dumped)).startsWith("HTTP/1.1 200");
      assertThat(server.admin().get("/profile?seconds=1").statusCode()).isEqualTo(409);
    }
    await("the turn is free again").atMost(SOON).until(this::isFree);
    assertThat(dumps()).isEmpty();
  }

  private static String firstLine(Socket socket) throws IOException {
    return new String(socket.getInputStream().readNBytes(12), US_ASCII);
  }

  /// A client that reads nothing but what it is asked for.
  private Socket begin(String path) throws IOException {
    var uri = server.adminUri();
    var socket = new Socket(uri.getHost(), uri.getPort());
    socket
        .getOutputStream()
        .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(UTF_8));
    return socket;
  }

  private boolean isFree() {
    return server.admin().get("/profile?seconds=1").statusCode() == 200;
  }

  @Test
  void refusesADumpWithoutRoomForIt() throws IOException {
    Files.delete(link);
    Files.createSymbolicLink(link, FULL);
    try {
      for (var path : List.of("/heap-dump", "/heap-dump?dry_run=true")) {
        var refused = server.admin().get(path);

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(text(refused))
            .matches("error=\\S+ has 0 bytes free, \\d{9,} are needed\nusage=GET /heap-dump\n");
      }
    } finally {
      Files.delete(link);
      Files.createSymbolicLink(link, temporary);
    }
    assertThat(dumps()).isEmpty();
  }

  @Test
  void refusesADumpThatCannotBeTakenDownAndNothingElse() {
    execute(
        """
        CREATE FUNCTION deny() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE 'read only' USING ERRCODE = 'read_only_sql_transaction'; END $$;
        CREATE TRIGGER deny BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION deny()
        """);
    try {
      var refused = server.admin().get("/heap-dump", "X-Request-Id", "dump-2");

      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(text(refused)).startsWith("error=").endsWith("\nusage=GET /heap-dump\n");
      assertThat(server.admin().get("/heap-dump?dry_run=true").statusCode()).isEqualTo(200);
      assertThat(server.admin().get("/profile?seconds=1").statusCode()).isEqualTo(200);
    } finally {
      execute("DROP TRIGGER deny ON audit_log; DROP FUNCTION deny()");
    }
    assertThat(dumps()).isEmpty();
    assertThat(server.log().lines())
        .noneMatch(it -> it.contains("diagnosis begun") && it.endsWith("dump-2"));
  }

  private void execute(String sql) {
    TestPostgres.shared().execute(server.database(), sql);
  }

  @Test
  void saysWhatItWouldDo() {
    assertThat(text(server.admin().get("/profile?seconds=7&dry_run=true")))
        .startsWith("would_record_seconds=7\n");
    assertThat(text(server.admin().get("/profile?dry_run=true")))
        .startsWith("would_record_seconds=30\n");
    assertThat(text(server.admin().get("/heap-dump?dry_run=true")))
        .matches("would_dump_at_most_bytes=\\d+\nfree_bytes=\\d+\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/profile?seconds=0 | error=seconds: must be an integer from 1 to 300",
        "/profile?seconds=301 | error=seconds: must be an integer from 1 to 300",
        "/profile?seconds= | error=seconds: must be an integer from 1 to 300",
        "/profile?seconds=1e1 | error=seconds: must be an integer from 1 to 300",
        "/profile?seconds=1&seconds=2 | error=seconds: is there more than once",
        "/profile?minutes=1 | error=minutes: is no argument of this task",
        "/heap-dump?live=true | error=live: is no argument of this task",
      })
  void refusesWrongArgumentsByName(String path, String error) {
    var answer = server.admin().get(path);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(text(answer)).startsWith(error).contains("\nusage=GET /");
  }

  @ParameterizedTest
  @CsvSource({
    "/profile?seconds=1, Host, evil.example",
    "/profile?seconds=1, Origin, http://evil.example",
    "/profile?seconds=1, Sec-Fetch-Site, cross-site",
    "/heap-dump, Sec-Fetch-Site, same-site",
    "/heap-dump, Host, evil.example:8081"
  })
  void refusesWhatAWebPageSends(String path, String header, String value) {
    assertThat(server.admin().get(path, header, value).statusCode()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({"POST, profile", "HEAD, heap-dump", "DELETE, heap-dump"})
  void isGotByGetOnly(String method, String name) {
    assertThat(server.admin().send(method, "../" + name).status()).isEqualTo(405);
  }

  private void assertOnRecord(String request, String target, String detail) {
    var row =
        server
            .client()
            .get("/audit?action=task.run&actor=operator&limit=200")
            .data()
            .valueStream()
            .filter(it -> it.path("request_id").asText().equals(request))
            .findFirst()
            .orElseThrow();
    assertThat(row.path("target").asText()).isEqualTo(target);
    assertThat(row.path("outcome").asText()).isEqualTo("allowed");
    assertThat(row.path("detail").toString()).isEqualTo(detail);
  }

  private static String header(HttpResponse<byte[]> answer, String name) {
    return answer.headers().firstValue(name).orElseThrow();
  }

  private static String text(HttpResponse<byte[]> answer) {
    return answer.body().length > 10_000 ? "" : new String(answer.body(), UTF_8);
  }
}
