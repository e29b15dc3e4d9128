package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.ServerSettings;
import ai.orchard9.rdev.testing.SseClient;
import ai.orchard9.rdev.testing.SseEvent;
import ai.orchard9.rdev.testing.TestPostgres;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What is done to a key on one server holds on all of them within a second.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RevocationTest {
  /// What the contract promises, and what this machine may be late with.
  private static final Duration PROMISED = Duration.ofSeconds(1);

  private static final Duration MARGIN = Duration.ofMillis(500);

  private final TestPostgres postgres = TestPostgres.create("revocation-postgres");
  private final ServerSettings settings = ServerProcess.named("revocation").database(postgres);
  private final ServerProcess one = settings.start();
  private final ServerProcess other = settings.twin().start();

  @AfterAll
  void stop() {
    other.close();
    one.close();
    postgres.close();
  }

  @Test
  void streamsOfARevokedKeyEndOnEveryServerAndItsCommandsGoOn() {
    var made = make(Map.of("name", "follower", "scopes", List.of("projects:execute")));
    var follower = new ApiClient(other.uri(), made.key());
    var id = follower.shell("for i in 1 2 3 4 5 6; do echo $i; sleep 0.5; done; echo end");
    try (var events = follower.events(id);
        var output = output(made.key(), id)) {
      awaitOutput(events);

      var before = System.nanoTime();
      assertThat(one.client().delete("/keys/" + made.id()).status()).isEqualTo(204);

      assertEnds(events, before, "KEY_REVOKED");
      // Cut, not ended: nobody may take it for the whole.
      assertThatThrownBy(output::text).isInstanceOf(UncheckedIOException.class);
      assertThat(since(before)).isLessThan(PROMISED.plus(MARGIN));
    }
    assertThat(follower.get("/projects").errorCode()).isEqualTo("KEY_REVOKED");
    var end = other.client().awaitEnd(id, Duration.ofSeconds(30));
    assertThat(end.path("status").asText()).isEqualTo("completed");
    assertThat(other.client().output(id)).asString().endsWith("end\n");
  }

  @Test
  void streamsOfAReplacedKeyEndWithItsGrace() {
    var made = make(Map.of("name", "replaced", "scopes", List.of("projects:execute")));
    var follower = new ApiClient(other.uri(), made.key());
    var id = follower.shell("echo begun; sleep 30");
    try (var events = follower.events(id)) {
      awaitOutput(events);

      var before = System.nanoTime();
      var rotated = one.client().post("/keys/" + made.id() + "/rotate", Map.of("grace", "1s"));
      assertThat(rotated.status()).isEqualTo(201);

      assertEnds(events, before + Duration.ofSeconds(1).toNanos(), "KEY_EXPIRED");
    }
    other.client().post("/commands/" + id + "/cancel", Map.of());
  }

  @Test
  void aRevokedKeyIsRefusedByTheOtherServerWithinASecond() {
    var made = make(Map.of("name", "busy", "scopes", List.of("projects:read")));
    var busy = new ApiClient(other.uri(), made.key());
    assertThat(busy.get("/keys/self").status()).isEqualTo(200);

    one.client().delete("/keys/" + made.id());

    var refused =
        await()
            .atMost(PROMISED.plus(MARGIN))
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(20))
            .until(() -> busy.get("/keys/self"), it -> it.status() != 200);
    assertThat(refused.errorCode()).isEqualTo("KEY_REVOKED");
  }

  @Test
  void aDatabaseOutageEndsNoStream() throws Exception {
    var made = make(Map.of("name", "patient", "scopes", List.of("projects:execute")));
    var follower = new ApiClient(other.uri(), made.key());
    var id = follower.shell("for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.5; done");
    try (var events = follower.events(id)) {
      awaitOutput(events);
      postgres.pause();
      try {
        // Several times as long as between two looks at the keys: nothing is to happen.
        Thread.sleep(2_000);
      } finally {
        postgres.resume();
      }
      SseEvent last = null;
      for (var event = events.next(); event.isPresent(); event = events.next()) {
        last = event.get();
        assertThat(last.name()).isNotEqualTo("stream_error");
      }
      assertThat(last).isNotNull();
    }
  }

  private record Made(String id, String key) {}

  private Made make(Map<String, ?> body) {
    var answer = one.client().post("/keys", body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return new Made(answer.data().path("id").asText(), answer.data().path("key").asText());
  }

  private SseClient output(String key, String id) {
    return SseClient.get(other.uri(), key, "/commands/" + id + "/output?follow=true");
  }

  private static void awaitOutput(SseClient events) {
    for (var event = events.next(); event.isPresent(); event = events.next()) {
      if (event.get().name().equals("output")) {
        return;
      }
    }
    throw new AssertionError("no output");
  }

  private static void assertEnds(SseClient events, long from, String code) {
    for (var event = events.next(); event.isPresent(); event = events.next()) {
      assertThat(event.get().name()).isNotEqualTo("complete");
      if (event.get().name().equals("stream_error")) {
        assertThat(since(from)).isLessThan(PROMISED.plus(MARGIN));
        assertThat(event.get().json().path("code").asText()).isEqualTo(code);
        assertThat(events.next()).isEmpty();
        return;
      }
    }
    throw new AssertionError("ended without a word");
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }
}
