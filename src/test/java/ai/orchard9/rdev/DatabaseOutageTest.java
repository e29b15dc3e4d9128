package ai.orchard9.rdev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropwizard.testing.ConfigOverride;
import io.dropwizard.testing.DropwizardTestSupport;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What callers see while PostgreSQL hangs or is gone.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DatabaseOutageTest {

  private static final Path HOME = Path.of("target", "outage-home").toAbsolutePath();
  private static final String KEY = "rdev_outage_test_0123456789";
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final int CALLERS = 30;

  private final DropwizardTestSupport<RdevConfiguration> server =
      new DropwizardTestSupport<>(
          RdevApplication.class,
          "config-e2e.yml",
          ConfigOverride.config("home", HOME.toString()),
          ConfigOverride.config("adminKey", KEY));
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  void start() throws Exception {
    server.before();
  }

  @AfterAll
  void stop() {
    server.after();
  }

  @Test
  void answers503WithinFiveSecondsWhilePostgresHangs() throws Exception {
    assertThat(get("/commands").statusCode()).isEqualTo(200);
    var stopped = postgres();
    signal("-STOP", stopped);
    try {
      // More callers than connections: who waits for one is answered too.
      var answers = new ArrayList<CompletableFuture<Answer>>();
      for (var i = 0; i < CALLERS; i++) {
        answers.add(timed("/commands"));
      }
      for (var answer : answers) {
        var got = answer.join();
        assertThat(got.response().statusCode()).isEqualTo(503);
        assertThat(got.response().body()).contains("SERVICE_UNAVAILABLE");
        assertThat(got.response().headers().firstValue("Retry-After")).isPresent();
        assertThat(got.took()).isLessThan(LIMIT);
      }
      assertThat(get("/health").statusCode()).isEqualTo(200);
      var ready = timed("/ready").join();
      assertThat(ready.response().statusCode()).isEqualTo(503);
      assertThat(ready.response().body()).contains("\"database\":\"failed");
      assertThat(ready.took()).isLessThan(Duration.ofSeconds(2));
    } finally {
      signal("-CONT", stopped);
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> get("/commands").statusCode() == 200);
    await().atMost(Duration.ofSeconds(10)).until(() -> get("/ready").statusCode() == 200);
  }

  @Test
  void startsAKilledPostgresAgainAndServes() throws Exception {
    assertThat(get("/commands").statusCode()).isEqualTo(200);
    signal("-KILL", postgres().subList(0, 1));

    await()
        .atMost(Duration.ofSeconds(40))
        .until(
            () -> {
              var status = get("/commands").statusCode();
              assertThat(status).isIn(200, 503);
              return status == 200;
            });
  }

  /// The postmaster, then its children.
  private static List<String> postgres() throws Exception {
    var file = HOME.resolve("postgres/data/postmaster.pid");
    var pid = Files.readAllLines(file).getFirst().strip();
    var pids = new ArrayList<String>();
    pids.add(pid);
    ProcessHandle.of(Long.parseLong(pid))
        .orElseThrow()
        .children()
        .forEach(child -> pids.add(String.valueOf(child.pid())));
    return pids;
  }

  /// Children come and go by themselves, as those that vacuum: one that is gone needs no signal.
  private static void signal(String signal, List<String> pids) throws Exception {
    for (var pid : pids) {
      var status = new ProcessBuilder("kill", signal, pid).inheritIO().start().waitFor();
      assertThat(status == 0 || ProcessHandle.of(Long.parseLong(pid)).isEmpty()).as(pid).isTrue();
    }
  }

  private record Answer(HttpResponse<String> response, Duration took) {}

  private CompletableFuture<Answer> timed(String path) {
    var begun = System.nanoTime();
    return client
        .sendAsync(request(path), HttpResponse.BodyHandlers.ofString())
        .thenApply(response -> new Answer(response, Duration.ofNanos(System.nanoTime() - begun)));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.getLocalPort() + path))
        .header("X-API-Key", KEY)
        .timeout(Duration.ofSeconds(30))
        .build();
  }
}
