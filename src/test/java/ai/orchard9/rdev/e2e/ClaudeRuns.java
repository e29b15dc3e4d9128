package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.ServerSettings;
import ai.orchard9.rdev.testing.SseEvent;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs of an agent end, whatever it does, and say what they did.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClaudeRuns {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final Map<String, String> runs = new HashMap<>();
  final ServerProcess server;
  final ApiClient client;

  ClaudeRuns(ServerSettings settings) {
    this.server =
        StandIn.use(settings)
            .environment("CONCURRENT_COMMANDS", "8")
            .environment("CLAUDE_RESULT_GRACE", "1s")
            .environment("CLAUDE_STALL_TIMEOUT", "1s")
            .project("bare")
            .start();
    this.client = server.client();
    // All at once: each is a test of its own, but none has to wait for the graces of the others.
    endings().map(it -> (String) it.get()[1]).forEach(it -> runs.put(it, submit(it)));
  }

  @AfterAll
  void stop() {
    try (server) {
      await("nothing is left behind")
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(server.leftBehind())
                      // Of the run's own making: their parent was killed, and PID 1 reaps nothing.
                      .filteredOn(it -> !it.contains("[sleep]"))
                      .isEmpty());
    }
  }

  @Test
  void tellsWhatItDid() throws Exception {
    var id = submit("cat .stand-in/tools.jsonl");

    var command = client.awaitEnd(id, SOON);

    assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("completed");
    assertThat(command.path("agent"))
        .isEqualTo(
            ApiClient.parse(
                """
                {"session_id": "3f1c9a52-7d0e-4b8f-9a3e-5c2b1d4e6f70", "turns": 6,
                 "input_tokens": 21, "output_tokens": 161, "cost_usd": 0.0831425,
                 "result": "Fixed: add returned one too many."}
                """));
    assertThat(client.get("/commands?project=demo&limit=200").data())
        .filteredOn(it -> it.path("id").asText().equals(id))
        .extracting(it -> it.path("agent"))
        .containsExactly(command.path("agent"));
    var events = events(id);
    assertThat(agentEvents(events))
        .extracting(it -> it.json().path("kind").asText())
        .containsExactly(
            "init",
            "message",
            "tool_use",
            "tool_result",
            "tool_use",
            "message",
            "message",
            "tool_result",
            "message",
            "result");
    assertRising(events);
    assertThat(client.output(id, "stdout"))
        .isEqualTo(Files.readAllBytes(server.workspace("demo").resolve(".stand-in/tools.jsonl")));
  }

  static Stream<Arguments> endings() {
    return Stream.of(
        Arguments.of(
            "exits with an error after success",
            "init; result success false; exit 3",
            "completed",
            "",
            "",
            3),
        Arguments.of(
            "hangs after success",
            "init; result success false; sleep 300",
            "completed",
            "",
            "agent_result",
            143),
        Arguments.of(
            "hangs, has forked, and does not hear TERM",
            "trap '' TERM; init; setsid sleep 300 & sleep 300 & result success false; "
                + "while :; do sleep 300; done",
            "completed",
            "",
            "agent_result",
            137),
        Arguments.of(
            "hangs after an error",
            "init; result error_during_execution true; sleep 300",
            "failed",
            "EXIT_NONZERO",
            "agent_result",
            143),
        Arguments.of(
            "exits after an error",
            "init; result error_during_execution true; exit 1",
            "failed",
            "EXIT_NONZERO",
            "",
            1),
        Arguments.of("tells no result", "init; says hello", "completed", "", "", 0),
        Arguments.of(
            "dies half-way",
            "init; says hello; printf '{\"type\":\"result\",\"subty'; kill -9 $$",
            "failed",
            "SIGNALLED",
            "",
            137),
        Arguments.of(
            "floods",
            "init; for ((i = 0; i < 3000; i++)); do says $i; done; " + "result success false",
            "completed",
            "",
            "",
            0),
        Arguments.of(
            "prints a line of 10 MB, and bytes that are no text",
            "init; printf"
                + " '{\"type\":\"user\",\"message\":{\"content\":[{\"type\":\"tool_result\",';"
                + " printf '\"content\":\"\\377'; head -c 10000000 /dev/zero | tr '\\0' x; printf"
                + " '\"}]}}\\n"
                + "'; result success false",
            "completed",
            "",
            "",
            0),
        Arguments.of(
            "stops in the middle of a line",
            "init; printf '{\"type\":\"assis'; sleep 0.5; "
                + "printf 'tant\",\"message\":{\"content\":\"late\"}}\\n'; result success false",
            "completed",
            "",
            "",
            0),
        Arguments.of(
            "says that its turns are used up",
            "init; result error_max_turns true; exit 1",
            "failed",
            "BUDGET_EXCEEDED",
            "",
            1),
        Arguments.of(
            "ends without a newline",
            "init; printf %s \"$(result success false)\"; exit 9",
            "completed",
            "",
            "",
            9));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("endings")
  void endsAsItsResultSays(
      String name, String script, String status, String code, String killed, int exit)
      throws Exception {
    var id = Objects.requireNonNull(runs.get(script), name);

    var command = client.awaitEnd(id, SOON);

    assertThat(command.path("status").asText()).as(command.toString()).isEqualTo(status);
    assertThat(command.at("/error/code").asText()).as(command.toString()).isEqualTo(code);
    assertThat(command.at("/kill/reason").asText()).as(command.toString()).isEqualTo(killed);
    assertThat(command.at("/kill/survivors")).isEmpty();
    assertThat(command.path("exit_code").asInt(-1)).as(name).isEqualTo(exit);
    assertThat(command.at("/agent/session_id").asText()).startsWith("11111111-");
    var events = events(id);
    assertRising(events);
    // An event for each whole line that tells one, whatever the pieces that they came in.
    var told =
        new String(client.output(id, "stdout"), UTF_8)
            .lines()
            .filter(it -> it.endsWith("}"))
            .count();
    assertThat(agentEvents(events)).hasSize((int) told);
  }

  @Test
  void aRunThatTakesTooLongAfterItsResultHasEnded() throws Exception {
    var id = submit(Map.of("prompt", "init; says a; sleep 300", "timeout_seconds", 2));
    var command = client.awaitEnd(id, SOON);
    assertThat(command.at("/error/code").asText()).as(command.toString()).isEqualTo("TIMEOUT");
    assertThat(command.at("/agent/turns").asInt()).isEqualTo(1);
  }

  static Stream<Arguments> budgets() {
    return Stream.of(
        Arguments.of("max_turns", 2, "init; for i in 1 2 3; do says $i; done; sleep 300", true),
        Arguments.of(
            "max_tokens",
            1000,
            "init; says a m1 600 300; says b m1 600 300; sleep 1.2; "
                + "says c m2 100 1; sleep 300",
            true),
        Arguments.of("max_cost_usd", 0.5, "init; result success false 0.75; exit 0", false));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("budgets")
  void isKilledWhenItExceedsItsBudget(String limit, Number most, String script, boolean killed)
      throws Exception {
    var command = client.awaitEnd(submit(Map.of("prompt", script, limit, most)), SOON);

    assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("failed");
    assertThat(command.at("/error/code").asText()).isEqualTo("BUDGET_EXCEEDED");
    assertThat(command.at("/error/message").asText()).contains(limit);
    if (killed) {
      assertThat(command.at("/kill/reason").asText()).isEqualTo("budget");
      assertThat(command.at("/kill/survivors")).isEmpty();
    }
    assertThat(command.path(limit).asDouble()).isEqualTo(most.doubleValue());
  }

  @Test
  void whatItsKeyAllowsIsItsBudgetToo() {
    var made =
        client.post(
            "/keys", Map.of("name", "poor", "scopes", List.of("projects:execute"), "max_turns", 1));
    var poor = new ApiClient(server.uri(), made.data().path("key").asText());

    var answer =
        poor.post(
            "/projects/demo/claude",
            Map.of(
                "prompt",
                "printf '<%s>' \"$arguments\"; init; says a; says b; sleep 300",
                "max_turns",
                50));
    var command = client.awaitEnd(answer.data().path("id").asText(), SOON);

    assertThat(command.at("/error/code").asText())
        .as(command.toString())
        .isEqualTo("BUDGET_EXCEEDED");
    assertThat(command.path("max_turns").asInt()).as("as sent").isEqualTo(50);
    assertThat(new String(client.output(command.path("id").asText()), UTF_8))
        .contains("--max-turns 1 ");
  }

  @Test
  void aSilenceIsTold() throws Exception {
    var id = submit("init; sleep 1.5; says again; sleep 1.5; result success false");

    var command = client.awaitEnd(id, SOON);

    assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("completed");
    assertThat(events(id).stream().filter(it -> it.name().equals("agent")))
        .extracting(it -> it.json().path("kind").asText())
        .containsExactly("init", "stalled", "message", "stalled", "result");
  }

  @Test
  void saysThatThereIsNoSuchProgram() {
    var answer = client.post("/projects/bare/claude", Map.of("prompt", "hello"));

    var command = client.awaitEnd(answer.data().path("id").asText(), SOON);

    assertThat(command.at("/error/code").asText()).as(command.toString()).isEqualTo("START_FAILED");
    assertThat(command.at("/error/message").asText()).contains(StandIn.COMMAND);
    assertThat(command.path("agent").isNull()).isTrue();
  }

  @Test
  void aPromptComesWhole() throws Exception {
    var prompt =
        new StringBuilder("--version 2>/dev/null; echo -n \"$prompt\" | sha256sum; exit 0\n");
    while (prompt.length() < 262_144 - 20) {
      prompt.append("it's \"so\" `x` $(y)\\\r\n\t");
    }
    prompt.append("x".repeat(262_144 - prompt.length()));

    var id = submit(prompt.toString());

    assertThat(client.awaitEnd(id, SOON).path("exit_code").asInt(-1)).isZero();
    var hash = MessageDigest.getInstance("SHA-256").digest(prompt.toString().getBytes(UTF_8));
    assertThat(client.output(id)).asString().isEqualTo(HexFormat.of().formatHex(hash) + "  -\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\0b"})
  void aPromptThatIsNoneIsRefused(String prompt) {
    var answer = client.post("/projects/demo/claude", Map.of("prompt", prompt));

    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.json().at("/error/details/0/field").asText()).isEqualTo("prompt");
  }

  @Test
  void oneCommandAtATimeGoesOnWithAConversation() throws Exception {
    var first =
        submit("init; until [ -e .go ]; do sleep 0.05; done; result success false 0.25 x 3");
    await("it has told its session")
        .atMost(SOON)
        .until(
            () ->
                !client.command(first).at("/agent/session_id").isNull()
                    && !client.command(first).path("agent").isNull());
    var session = client.command(first).at("/agent/session_id").asText();
    var next = Map.of("prompt", "init; result success false 0.5 y 4", "session_id", session);

    var refused = client.post("/projects/demo/claude", next);
    assertThat(refused.status()).as(refused.text()).isEqualTo(409);
    assertThat(refused.errorCode()).isEqualTo("CONFLICT");

    Files.writeString(server.workspace("demo").resolve(".go"), "");
    client.awaitEnd(first, SOON);
    var taken =
        AtOnce.call(6, _ -> client.post("/projects/demo/claude", next)).stream()
            .filter(it -> it.status() == 202)
            .toList();
    assertThat(taken).as("of six at once").hasSize(1);
    var second = taken.getFirst().data().path("id").asText();
    client.awaitEnd(second, SOON);

    var sessions = client.get("/projects/demo/claude-sessions?limit=200").data();
    assertThat(sessions)
        .filteredOn(it -> it.path("session_id").asText().equals(session))
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it.path("last_command_id").asText()).isEqualTo(second);
              assertThat(it.path("turns").asInt()).isEqualTo(7);
              assertThat(it.path("cost_usd").asDouble()).isEqualTo(0.75);
              assertThat(it.path("last_used_at"))
                  .isEqualTo(client.command(second).path("finished_at"));
            });
  }

  @Test
  void conversationsArePagedThrough() throws Exception {
    for (int i = 0; i < 3; i++) {
      client.awaitEnd(submit("init; result success false"), SOON);
    }
    var seen = new ArrayList<String>();
    var cursor = "";
    do {
      var answer = client.get("/projects/demo/claude-sessions?limit=2" + cursor);
      answer.data().forEach(it -> seen.add(it.path("session_id").asText()));
      var next = answer.json().at("/meta/next_cursor");
      cursor = next.isNull() ? "" : "&cursor=" + next.asText();
    } while (!cursor.isEmpty());

    assertThat(seen).hasSizeGreaterThanOrEqualTo(3).doesNotHaveDuplicates();
    assertThat(client.get("/projects/nowhere/claude-sessions").status()).isEqualTo(404);
  }

  String submit(String script) {
    return submit(Map.of("prompt", script));
  }

  String submit(Map<String, ?> request) {
    var answer = client.post("/projects/demo/claude", new HashMap<>(request));
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.data().path("id").asText();
  }

  List<SseEvent> events(String id) throws Exception {
    var events = new ArrayList<SseEvent>();
    try (var stream = client.events(id)) {
      for (var event = stream.next(); event.isPresent(); event = stream.next()) {
        if (event.get().hasId()) {
          events.add(event.get());
        }
      }
    }
    assertThat(events.getLast().name()).isEqualTo("complete");
    return events;
  }

  /// A busy machine may make a silence of any moment.
  static List<SseEvent> agentEvents(List<SseEvent> events) {
    return events.stream()
        .filter(it -> it.name().equals("agent"))
        .filter(it -> !it.json().path("kind").asText().equals("stalled"))
        .toList();
  }

  private static void assertRising(List<SseEvent> events) {
    assertThat(events)
        .extracting(SseEvent::id)
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, events.size()).mapToObj(it -> (long) it).toList());
  }
}
