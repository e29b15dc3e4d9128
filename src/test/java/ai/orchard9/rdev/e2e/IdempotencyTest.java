package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ApiClient.Answer;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.SseClient;
import ai.orchard9.rdev.testing.SseEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A request that has a name is done once, however often and wherever it is sent.
final class IdempotencyTest {
  private static final String NAME = "Idempotency-Key";
  private static final String REPLAYED = "Idempotent-Replayed";
  private static final String SHELL = "/projects/demo/shell";
  private static final Map<String, Object> ECHO = Map.of("command", "echo done");
  private static final Duration SOON = Duration.ofSeconds(30);

  private final ServerProcess one = SharedPair.one();
  private final ServerProcess other = SharedPair.other();
  private final ApiClient client = one.client();

  @Test
  void fiftyAtTheSameMomentOnTwoServersAreOneCommand() throws IOException {
    var project = SharedPair.newProject();
    var clients = List.of(client, other.client());

    var answers =
        AtOnce.call(
            50,
            i ->
                clients
                    .get(i % 2)
                    .post(
                        "/projects/" + project + "/shell",
                        Map.of("command", "echo ran >>runs"),
                        NAME,
                        "fifty"));

    assertThat(answers).extracting(Answer::status).containsOnly(202);
    assertThat(answers).extracting(IdempotencyTest::id).containsOnly(id(answers.getFirst()));
    assertThat(answers).filteredOn(IdempotencyTest::isReplay).hasSize(49);
    assertThat(client.get("/commands?limit=200&project=" + project).data()).hasSize(1);
    client.awaitEnd(id(answers.getFirst()), SOON);
    assertThat(Files.readAllLines(one.workspace(project).resolve("runs"))).containsExactly("ran");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        {"metadata": {"b": "2", "a": "1"}, "timeout_seconds": 60, "command": "echo same"}
        """,
        """
        {"command": "echo same", "timeout_seconds": 60, "metadata": {"a": "1", "b": "2"},
         "priority": null, "workdir": null, "env": null, "stdin": null}
        """,
        """
        {"command":"echo \\u0073ame","timeout_seconds":60,"metadata":{"a":"1","b":"2"}}
        """
      })
  void theSameMeaningInOtherWordsIsTheSameRequest(String again) {
    var key = fresh();
    var first =
        client.postText(
            SHELL,
            """
            {"command": "echo same", "timeout_seconds": 60, "metadata": {"a": "1", "b": "2"}}
            """,
            NAME,
            key);

    var replay = other.client().postText(SHELL, again, NAME, key);

    assertThat(isReplay(first)).isFalse();
    assertReplay(replay, id(first));
    assertThat(replay.header("Location")).isEqualTo("/commands/" + id(first));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/projects/demo/shell | {'command': 'echo other'}",
        "/projects/demo/shell | {'command': 'echo done', 'priority': 'high'}",
        "/projects/demo/shell | {'command': 'echo done', 'env': {'A': '1'}}",
        "/projects/demo/shell | {'command': 'echo done', 'stdin': ''}",
        "/projects/elsewhere/shell | {'command': 'echo done'}",
        "/projects/demo/git | {'args': ['status']}",
      })
  void anotherRequestUnderTheSameKeyIsAConflict(String path, String body) {
    var key = fresh();
    var first = client.post(SHELL, ECHO, NAME, key);
    var before = commands();

    var answer = other.client().postText(path, body.replace('\'', '"'), NAME, key);

    assertThat(answer.status()).as(answer.text()).isEqualTo(409);
    assertThat(answer.errorCode()).isEqualTo("CONFLICT");
    assertThat(commands()).isEqualTo(before);
    assertReplay(client.post(SHELL, ECHO, NAME, key), id(first));
  }

  @Test
  void aReplayWaitsForTheEndOfWhatRunsAlready() {
    var key = fresh();
    var body = Map.of("command", "sleep 0.5; echo late");
    var first = client.post(SHELL, body, NAME, key);

    var answer = other.client().post(SHELL, body, NAME, key, "Prefer", "wait=30");

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.header(REPLAYED)).isEqualTo("true");
    assertThat(answer.header("Preference-Applied")).isEqualTo("wait=30");
    assertThat(id(answer)).isEqualTo(id(first));
    assertThat(answer.data().path("stdout").asText()).isEqualTo("late\n");
  }

  @Test
  void aReplayStreamsTheSameEvents() {
    var key = fresh();
    var body = Map.of("command", "seq 3");
    try (var first = stream(one, body, key)) {
      var told = numbered(first);
      assertThat(first.header(REPLAYED)).isEmpty();
      assertThat(told).hasSize(4);

      try (var again = stream(other, body, key)) {
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.header(REPLAYED)).hasValue("true");
        assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        assertThat(numbered(again)).isEqualTo(told);
      }
    }
  }

  @Test
  void keysOfDifferentApiKeysDoNotMeet() {
    var key = fresh();
    var alice = new ApiClient(one.uri(), apiKey("alice"));
    var bob = new ApiClient(one.uri(), apiKey("bob"));

    var answers =
        List.of(
            client.post(SHELL, ECHO, NAME, key),
            alice.post(SHELL, ECHO, NAME, key),
            bob.post(SHELL, Map.of("command", "echo another"), NAME, key));

    assertThat(answers).noneMatch(IdempotencyTest::isReplay);
    assertThat(answers).extracting(IdempotencyTest::id).doesNotHaveDuplicates();
    assertReplay(alice.post(SHELL, ECHO, NAME, key), id(answers.get(1)));
  }

  @ParameterizedTest
  @CsvSource({"0", "256", "5000"})
  void aKeyIsOneTo255CharactersLong(int length) {
    assertRefused(client.post(SHELL, ECHO, NAME, "k".repeat(length)));
  }

  @Test
  void aKeyOf255CharactersIsKept() {
    var key = fresh() + " !~";
    var longest = key + "k".repeat(255 - key.length());
    var first = client.post(SHELL, ECHO, NAME, longest);

    assertReplay(client.post(SHELL, ECHO, NAME, longest), id(first));
    assertThat(isReplay(client.post(SHELL, ECHO, NAME, longest.substring(1)))).isFalse();
  }

  @Test
  void twoKeysForOneRequestAreRefused() {
    assertRefused(client.post(SHELL, ECHO, NAME, fresh(), NAME, fresh()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ключ", "clé", "a\tb"})
  void aKeyIsPrintableAscii(String key) {
    var before = commands();
    try (var answer = SseClient.post(one.uri(), ServerProcess.KEY, SHELL, ECHO, NAME, key)) {
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.text()).contains("\"code\":\"BAD_REQUEST\"", "\"field\":\"" + NAME + "\"");
    }
    assertThat(commands()).isEqualTo(before);
  }

  @Test
  void aRefusedRequestLeavesItsKeyUnused() {
    var client = new ApiClient(one.uri(), apiKey("no admin"));
    var key = fresh();

    var bad = Map.of("command", "echo done", "timeout_seconds", 0);
    assertThat(client.post(SHELL, bad, NAME, key).status()).isEqualTo(400);
    var urgent = Map.of("command", "echo done", "priority", "urgent");
    assertThat(client.post(SHELL, urgent, NAME, key).status()).isEqualTo(403);
    assertThat(client.post("/projects/nowhere/shell", ECHO, NAME, key).status()).isEqualTo(404);

    var first = client.post(SHELL, ECHO, NAME, key);
    assertThat(first.status()).as(first.text()).isEqualTo(202);
    assertThat(isReplay(first)).isFalse();
  }

  @Test
  void afterADayTheKeyIsFreeAgain() {
    var key = fresh();
    var first = client.post(SHELL, ECHO, NAME, key);
    age(key, "23 hours 59 minutes");
    assertReplay(client.post(SHELL, ECHO, NAME, key), id(first));
    age(key, "1 minute");

    var body = Map.of("command", "echo next day");
    var second = client.post(SHELL, body, NAME, key);

    assertThat(second.status()).as(second.text()).isEqualTo(202);
    assertThat(isReplay(second)).isFalse();
    assertThat(id(second)).isNotEqualTo(id(first));
    assertReplay(other.client().post(SHELL, body, NAME, key), id(second));
    assertThat(client.post(SHELL, ECHO, NAME, key).status()).isEqualTo(409);
  }

  private static void age(String key, String by) {
    SharedPair.execute(
        "UPDATE idempotency_keys SET created_at = created_at - interval '%s'".formatted(by)
            + " WHERE idempotency_key = '%s'".formatted(key));
  }

  private static void assertRefused(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.json().at("/error/details/0/field").asText()).isEqualTo(NAME);
  }

  private static void assertReplay(Answer answer, String id) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(answer.header(REPLAYED)).isEqualTo("true");
    assertThat(id(answer)).isEqualTo(id);
  }

  private static SseClient stream(ServerProcess server, Object body, String key) {
    return SseClient.post(server.uri(), ServerProcess.KEY, SHELL, body, NAME, key);
  }

  private static List<String> numbered(SseClient stream) {
    var events = new ArrayList<String>();
    for (var event = stream.next(); event.isPresent(); event = stream.next()) {
      event.filter(SseEvent::hasId).ifPresent(it -> events.add(it.id() + " " + it.data()));
    }
    return events;
  }

  private static long commands() {
    return SharedPair.number("SELECT count(*) FROM commands");
  }

  private String apiKey(String name) {
    var scopes = List.of("projects:execute");
    var answer = client.post("/keys", Map.of("name", name, "scopes", scopes));
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer.data().path("key").asText();
  }

  private static String fresh() {
    return "key-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
  }

  private static boolean isReplay(Answer answer) {
    return answer.find(REPLAYED).isPresent();
  }

  private static String id(Answer answer) {
    return answer.data().path("id").asText();
  }
}
