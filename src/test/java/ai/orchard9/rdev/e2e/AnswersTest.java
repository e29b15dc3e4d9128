package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.History;
import ai.orchard9.rdev.testing.SseClient;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every way in which a client can ask to be answered.
final class AnswersTest {
  private static final String SHELL = "/projects/demo/shell";

  private final ApiClient client = SharedServer.get().client();

  @Test
  void acceptsAtOnce() {
    var answer = client.post(SHELL, Map.of("command", "echo hi"), "X-Request-Id", "my-request.1");

    assertThat(answer.status()).isEqualTo(202);
    var data = answer.data();
    var id = data.path("id").asText();
    assertThat(id).matches("cmd-[0-9a-z]+");
    assertThat(data.path("command_id").asText()).isEqualTo(id);
    assertThat(data.path("project").asText()).isEqualTo("demo");
    assertThat(data.path("type").asText()).isEqualTo("shell");
    assertThat(data.path("priority").asText()).isEqualTo("normal");
    assertThat(data.path("status").asText()).isIn("pending", "running");
    assertThat(data.path("stream_url").asText()).isEqualTo("/projects/demo/events?stream_id=" + id);
    assertThat(answer.header("Location")).isEqualTo("/commands/" + id);
    assertThat(answer.header("X-Request-Id")).isEqualTo("my-request.1");
    assertThat(answer.json().path("meta").path("request_id").asText()).isEqualTo("my-request.1");
    assertThat(client.awaitEnd(id, Duration.ofSeconds(10)).path("request_id").asText())
        .isEqualTo("my-request.1");
  }

  @Test
  void waitsForTheEnd() {
    var answer =
        client.post(
            SHELL, Map.of("command", "echo out; echo err >&2; exit 3"), "Prefer", "wait=20");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Preference-Applied")).isEqualTo("wait=20");
    assertThat(answer.data().path("stdout").asText()).isEqualTo("out\n");
    assertThat(answer.data().path("stderr").asText()).isEqualTo("err\n");
    assertThat(answer.data().path("stdout_truncated").asBoolean(true)).isFalse();
    assertThat(answer.data().path("exit_code").asInt()).isEqualTo(3);
    var again = client.get("/commands/" + answer.data().path("id").asText(), "Prefer", "wait=1");
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.data().path("stdout").asText()).isEqualTo("out\n");
  }

  @Test
  void cutsTheTextOfTheWaitedAnswerButNotTheOutput() {
    var answer =
        client.post(
            SHELL,
            Map.of("command", "head -c 1500000 /dev/zero | tr '\\0' x"),
            "Prefer",
            "wait=30");

    assertThat(answer.data().path("stdout").asText()).hasSize(1 << 20);
    assertThat(answer.data().path("stdout_truncated").asBoolean()).isTrue();
    assertThat(client.output(answer.data().path("id").asText())).hasSize(1_500_000);
  }

  @Test
  void stopsWaitingWhenTheTimeIsUp() {
    var before = System.nanoTime();

    var answer = client.post(SHELL, Map.of("command", "sleep 20"), "Prefer", "wait=1");

    assertThat(Duration.ofNanos(System.nanoTime() - before))
        .isBetween(Duration.ofMillis(900), Duration.ofSeconds(3));
    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.header("Preference-Applied")).isEqualTo("wait=1");
    cancel(answer.data().path("id").asText());
  }

  @ParameterizedTest
  @ValueSource(strings = {"wait=0", "wait=301", "wait=x", "wait", "respond-async", "wait=-1"})
  void ignoresAWaitThatMakesNoSense(String preference) {
    var answer = client.post(SHELL, Map.of("command", "true"), "Prefer", preference);

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.find("Preference-Applied")).isEmpty();
  }

  @Test
  void answersWithEvents() {
    var seen = new History();
    try (var events =
        SseClient.post(
            client.base(), client.key(), SHELL, Map.of("command", "echo a; echo b; echo c >&2"))) {
      assertThat(events.status()).isEqualTo(200);
      assertThat(events.header("Content-Type").orElse("")).startsWith("text/event-stream");
      assertThat(events.header("Cache-Control")).contains("no-store");
      assertThat(events.header("X-Accel-Buffering")).contains("no");
      seen.follow(events);
      assertThat(events.retry()).contains(2000L);
    }

    assertThat(seen.isComplete()).isTrue();
    assertThat(seen.bytes("stdout")).asString(UTF_8).isEqualTo("a\nb\n");
    assertThat(seen.bytes("stderr")).asString(UTF_8).isEqualTo("c\n");
    seen.assertFaultless();
  }

  @Test
  void goesOnWhenTheClientOfAnEventAnswerLeaves() {
    String id;
    try (var events =
        SseClient.post(
            client.base(),
            client.key(),
            SHELL,
            Map.of("command", "echo first; sleep 1; echo second"))) {
      id = events.header("Location").orElseThrow().replace("/commands/", "");
      assertThat(events.next().orElseThrow().name()).isEqualTo("connected");
    }

    assertThat(client.awaitEnd(id, Duration.ofSeconds(10)).path("status").asText())
        .isEqualTo("completed");
    assertThat(client.output(id)).asString(UTF_8).isEqualTo("first\nsecond\n");
  }

  @Test
  void showsAnUnfinishedLineSoon() {
    try (var events =
        SseClient.post(
            client.base(),
            client.key(),
            SHELL,
            Map.of("command", "printf 'Password: '; sleep 9"))) {
      var before = System.nanoTime();
      assertThat(events.next().orElseThrow().name()).isEqualTo("connected");
      var output = events.next().orElseThrow();

      assertThat(output.json().path("line").asText()).isEqualTo("Password: ");
      assertThat(output.json().path("eol").asBoolean(true)).isFalse();
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
      cancel(events.header("Location").orElseThrow().replace("/commands/", ""));
    }
  }

  @Test
  void followsOutputForShellScripts() {
    var id = client.shell("echo 1; sleep 0.5; echo 2; sleep 0.5; printf 3");

    var answer = client.get("/commands/" + id + "/output?follow=true");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/octet-stream");
    assertThat(answer.text()).isEqualTo("1\n2\n3");
  }

  @Test
  void servesRanges() {
    var id = client.run("seq 1 1000").path("id").asText();
    var whole = client.output(id);

    var middle = client.get("/commands/" + id + "/output", "Range", "bytes=10-19");
    assertThat(middle.status()).isEqualTo(206);
    assertThat(middle.header("Content-Range")).isEqualTo("bytes 10-19/" + whole.length);
    assertThat(middle.text()).isEqualTo(new String(whole, 10, 10, UTF_8));
    var tail = client.get("/commands/" + id + "/output?stream=stdout", "Range", "bytes=-5");
    assertThat(tail.status()).isEqualTo(206);
    assertThat(tail.text()).isEqualTo("1000\n");
    var rest = client.get("/commands/" + id + "/output", "Range", "bytes=3885-");
    assertThat(rest.status()).isEqualTo(206);
    assertThat(rest.body()).hasSize(whole.length - 3885);
    var beyond = client.get("/commands/" + id + "/output", "Range", "bytes=999999-");
    assertThat(beyond.status()).isEqualTo(416);
    var nonsense = client.get("/commands/" + id + "/output", "Range", "lines=1-2");
    assertThat(nonsense.status()).isEqualTo(200);
    assertThat(nonsense.body()).isEqualTo(whole);
  }

  @Test
  void continuesAfterAnyId() {
    var id = client.run("for i in 1 2 3 4 5; do echo line $i; done").path("id").asText();

    for (long after = 0; after <= 5; after++) {
      try (var events = client.events(id, after)) {
        var first = events.next().orElseThrow();
        assertThat(first.name()).isEqualTo("connected");
        assertThat(first.json().path("reconnecting").asBoolean()).isEqualTo(after > 0);
        assertThat(events.next().orElseThrow().id()).isEqualTo(after + 1);
      }
    }
    try (var byQuery =
        SseClient.get(
            client.base(),
            client.key(),
            "/projects/demo/events?stream_id=" + id + "&last_event_id=3")) {
      assertThat(byQuery.next().orElseThrow().name()).isEqualTo("connected");
      assertThat(byQuery.next().orElseThrow().id()).isEqualTo(4);
    }
    try (var done = client.events(id, 6)) {
      assertThat(done.status()).isEqualTo(204);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "-1", "7", "1.5", "99999999999999999999", "0x1", " "})
  void refusesALastEventIdThatMakesNoSense(String lastEventId) {
    var id = client.run("for i in 1 2 3 4 5; do echo line $i; done").path("id").asText();

    var answer =
        client.get(
            "/commands/" + id + "/events?last_event_id=" + lastEventId.replace(" ", "%20"),
            "Accept",
            "text/event-stream");

    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.errorCode()).isEqualTo("BAD_REQUEST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/commands/cmd-unknown",
        "/commands/cmd-unknown/output",
        "/commands/cmd-unknown/events",
        "/commands/CMD_BAD!",
        "/projects/demo/events?stream_id=cmd-unknown",
        "/projects/nowhere",
        "/nowhere"
      })
  void knowsWhatIsNotThere(String path) {
    var answer = client.get(path);

    assertThat(answer.status()).as(answer.text()).isEqualTo(404);
    assertThat(answer.errorCode()).isEqualTo("NOT_FOUND");
  }

  @Test
  void tellsTheLifeOfAProject() {
    try (var life = SseClient.get(client.base(), client.key(), "/projects/busy/events")) {
      assertThat(life.status()).isEqualTo(200);
      var answer = client.post("/projects/busy/shell", Map.of("command", "exit 4"));
      var id = answer.data().path("id").asText();

      var last =
          Stream.generate(life::next)
              .map(it -> it.orElseThrow())
              .limit(200)
              .filter(it -> it.name().equals("command"))
              .map(it -> it.json())
              .filter(
                  it ->
                      it.path("command_id").asText().equals(id)
                          && it.path("status").asText().equals("failed"))
              .findFirst();

      assertThat(last).isPresent();
      assertThat(last.get().path("exit_code").asInt()).isEqualTo(4);
    }
  }

  @Test
  void listsCommandsNewestFirstInPages() {
    var ids =
        IntStream.range(0, 5)
            .mapToObj(
                _ ->
                    client
                        .post("/projects/busy/shell", Map.of("command", "true"), "Prefer", "wait=9")
                        .data()
                        .path("id")
                        .asText())
            .toList();

    var first = client.get("/commands?project=busy&limit=2&status=completed");
    var cursor = first.json().path("meta").path("next_cursor").asText();
    var second = client.get("/commands?project=busy&limit=2&status=completed&cursor=" + cursor);

    assertThat(
            Stream.concat(stream(first), stream(second)).map(it -> it.path("id").asText()).toList())
        .isEqualTo(ids.reversed().subList(0, 4));
  }

  private static Stream<JsonNode> stream(ApiClient.Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return StreamSupport.stream(answer.data().spliterator(), false);
  }

  private void cancel(String id) {
    client.post("/commands/" + id + "/cancel", Map.of("grace_seconds", 0));
  }
}
