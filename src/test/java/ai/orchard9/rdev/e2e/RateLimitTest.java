package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ApiClient.Answer;
import ai.orchard9.rdev.testing.Repetitions;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.ServerSettings;
import ai.orchard9.rdev.testing.SseClient;
import ai.orchard9.rdev.testing.TestPostgres;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// The rate limit from outside: what a key is told, and how much of its limit it gets.
final class RateLimitTest {
  private static final int WINDOW_SECONDS = Repetitions.of(4, 10);
  private static final int RPS = 100 / WINDOW_SECONDS;
  private static final int LIMIT = RPS * WINDOW_SECONDS;
  private static final String SHELL = "/projects/" + ApiClient.DEMO + "/shell";

  private static final Map<String, String> WINDOW =
      Map.of("RATE_LIMIT_WINDOW", WINDOW_SECONDS + "s");

  private static ServerSettings limited(String name, int rps) {
    return ServerProcess.named(name).environment("RATE_LIMIT_RPS", Integer.toString(rps));
  }

  @Test
  void tellsEveryAuthenticatedAnswerOnce() {
    try (var server =
        limited("told", 1000).database(TestPostgres.shared()).project(ApiClient.DEMO).start()) {
      var client = server.client();
      var id = client.run("echo hello").path("id").asText();

      assertTold(client.get("/projects"), 200);
      assertTold(client.get("/projects/none"), 404);
      assertTold(client.get("/commands?limit=0"), 400);
      assertTold(client.post(SHELL, Map.of("nope", 1)), 400);
      assertTold(client.postText(SHELL, "{"), 400);
      assertTold(client.get("/commands/" + id + "/output"), 200);
      assertTold(client.get("/commands/" + id + "/output?follow=true"), 200);
      assertTold(client.get("/commands/" + id + "/events"), 200);
      assertTold(client.get("/commands/" + id + "/events", "Last-Event-ID", "99"), 400);
      assertTold(client.post(SHELL, Map.of("command", "true")), 202);
      assertTold(client.post(SHELL, Map.of("command", "true"), "Prefer", "wait=20"), 200);
      assertTold(client.post(SHELL, Map.of("command", "true"), "Accept", "text/event-stream"), 200);
      assertTold(client.post("/commands/" + id + "/cancel", Map.of()), 409);
      var last = lastEventId(server, id);
      assertTold(client.get("/commands/" + id + "/events", "Last-Event-ID", last), 204);

      assertNotTold(client.get("/health"));
      assertNotTold(client.get("/metrics"));
      assertNotTold(client.get("/nowhere"));
      assertNotTold(client.get("/projects", "X-API-Key", "rdev_sk_nonsense"));
    }
  }

  private static String lastEventId(ServerProcess server, String id) {
    try (var events =
        SseClient.get(server.uri(), ServerProcess.KEY, "/commands/" + id + "/events")) {
      var last = 0L;
      for (var event = events.next(); event.isPresent(); event = events.next()) {
        if (event.get().name().equals("complete")) {
          last = event.get().id();
        }
      }
      return Long.toString(last);
    }
  }

  private static void assertTold(Answer answer, int status) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    var headers = answer.response().headers();
    var remaining = answer.header("X-RateLimit-Remaining");
    assertThat(headers.allValues("X-RateLimit-Limit")).containsExactly("10000");
    assertThat(headers.allValues("X-RateLimit-Remaining")).hasSize(1);
    assertThat(Integer.parseInt(remaining)).isBetween(9_000, 9_999);
    assertThat(headers.allValues("X-RateLimit-Reset")).hasSize(1);
    assertThat(Long.parseLong(answer.header("X-RateLimit-Reset")) - Instant.now().getEpochSecond())
        .isBetween(0L, 11L);
    assertThat(headers.allValues("RateLimit-Policy")).containsExactly("\"key\";q=10000;w=10");
    assertThat(headers.allValues("RateLimit"))
        .singleElement()
        .asString()
        .matches("\"key\";r=" + remaining + ";t=([1-9]|10)");
  }

  private static void assertNotTold(Answer answer) {
    assertThat(answer.response().headers().map().keySet())
        .noneMatch(it -> it.toLowerCase(Locale.ROOT).contains("ratelimit"));
  }

  @Test
  void refusesWhoIsOverAndSaysWhenToComeBack() throws Exception {
    try (var server =
        limited("over", 2)
            .database(TestPostgres.shared())
            .environment("RATE_LIMIT_WINDOW", "3s")
            .start()) {
      var client = server.client();
      var answers = new ArrayList<Answer>();
      for (int i = 0; i < 9; i++) {
        answers.add(client.get("/projects"));
      }

      assertThat(answers.stream().map(Answer::status))
          .containsExactly(200, 200, 200, 200, 200, 200, 429, 429, 429);
      assertThat(answers.stream().map(it -> it.header("X-RateLimit-Remaining")))
          .containsExactly("5", "4", "3", "2", "1", "0", "0", "0", "0");
      var refused = answers.getLast();
      assertThat(refused.errorCode()).isEqualTo("TOO_MANY_REQUESTS");
      var wait = Integer.parseInt(refused.header("Retry-After"));
      assertThat(wait).isBetween(1, 3);
      assertThat(refused.header("RateLimit")).isEqualTo("\"key\";r=0;t=" + wait);
      // Before the scope and the project: there is nothing to be learned by asking on.
      assertThat(client.get("/projects/none").status()).isEqualTo(429);
      assertThat(
              client.post(SHELL, Map.of("command", "true"), "Accept", "text/event-stream").status())
          .isEqualTo(429);
      assertThat(client.get("/health").status()).isEqualTo(200);

      // That the time told is long enough is the point; asking meanwhile would be counted.
      TimeUnit.SECONDS.sleep(wait);

      assertThat(client.get("/projects").status()).isEqualTo(200);
      assertThat(client.get("/metrics").text())
          .contains("rdev_ratelimit_requests_total{outcome=\"accepted\"} 7.0")
          .contains("rdev_ratelimit_requests_total{outcome=\"refused\"} 5.0");
    }
  }

  /// Two servers, one key, three times its limit: evenly, unevenly, and all of it on one.
  @Test
  void givesAKeyItsLimitHoweverTheLoadIsSplit() throws Exception {
    var settings = limited("shared-limit", RPS).database(TestPostgres.shared()).environment(WINDOW);
    var seconds = Repetitions.of(12, 60);
    try (var one = settings.start();
        var two = settings.twin().start()) {
      for (var share : List.of(0.8, 0.5, 1.0).subList(0, Repetitions.of(1, 3))) {
        awaitEmptyWindow(one);

        var load = load(one, two, share, seconds);

        System.out.printf("share %.1f: %s of %d%n", share, load, RPS * seconds);
        assertThat(load.failed()).isZero();
        assertThat(load.accepted())
            .as("share %s", share)
            .isBetween((int) (RPS * seconds * 0.9), (int) (RPS * seconds * 1.1));
      }
    }
  }

  @Test
  void goesOnLimitingWhileTheDatabaseIsAway() throws Exception {
    try (var postgres = TestPostgres.create("limited-away");
        var server = limited("away", RPS).database(postgres).environment(WINDOW).start()) {
      var client = server.client();
      assertThat(client.get("/projects").status()).isEqualTo(200);
      awaitEmptyWindow(server);

      postgres.stop("INT");
      var load = load(server, server, 1, WINDOW_SECONDS * 3 / 4);

      assertThat(load.failed()).isZero();
      assertThat(load.accepted()).isBetween(LIMIT - 2, LIMIT);
      assertThat(server.log().lines().filter(it -> it.contains("rate limits are not shared")))
          .hasSize(1);
      postgres.start();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> server.log().contains("rate limits are shared again"));
    }
  }

  private static void awaitEmptyWindow(ServerProcess server) {
    await()
        .atMost(Duration.ofSeconds(WINDOW_SECONDS).multipliedBy(4))
        .pollInterval(Duration.ofSeconds(WINDOW_SECONDS).plusMillis(300))
        .until(
            () ->
                server
                    .client()
                    .get("/projects")
                    .header("X-RateLimit-Remaining")
                    .equals(Integer.toString(LIMIT - 1)));
  }

  private record Load(int accepted, int refused, int failed) {}

  /// Three times the limit, at an even pace.
  private static Load load(ServerProcess one, ServerProcess two, double share, int seconds)
      throws Exception {
    var accepted = new AtomicInteger();
    var refused = new AtomicInteger();
    var failed = new AtomicInteger();
    var perSecond = 3 * RPS;
    var total = perSecond * seconds;
    var under = new Semaphore(0);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var start = System.nanoTime();
      for (int i = 0; i < total; i++) {
        var due = start + i * 1_000_000_000L / perSecond;
        TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
        // Spread as evenly as the share allows.
        var first = Math.floor((i + 1) * share) > Math.floor(i * share);
        var client = (first ? one : two).client();
        threads.execute(
            () -> {
              switch (client.get("/projects").status()) {
                case 200 -> accepted.incrementAndGet();
                case 429 -> refused.incrementAndGet();
                default -> failed.incrementAndGet();
              }
              under.release();
            });
      }
    }
    assertThat(under.tryAcquire(total)).as("all were answered").isTrue();
    return new Load(accepted.get(), refused.get(), failed.get());
  }
}
