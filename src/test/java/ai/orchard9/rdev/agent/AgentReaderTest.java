package ai.orchard9.rdev.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AgentReaderTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SESSION = "3f1c9a52-7d0e-4b8f-9a3e-5c2b1d4e6f70";

  private final AgentReader reader = new AgentReader();

  @Test
  void tellsWhatAnAgentDoes() throws IOException {
    var events = read(recorded());

    assertThat(events.stream().map(AgentReaderTest::shortened))
        .containsExactly(
            "init " + SESSION,
            "message assistant I'll look at the failing test first.",
            "tool_use toolu_01XYZ Bash {\"command\":\"make test\",\"description\":\"Run the"
                + " tests\"}",
            "tool_result toolu_01XYZ true FAIL: adds\nexpected 3 but was 4",
            "tool_use toolu_02XYZ Task {\"description\":\"Find it\",\"prompt\":\"Where is add?\","
                + "\"subagent_type\":\"general-purpose\"}",
            "message user Where is add? for toolu_02XYZ",
            "message assistant In src/add.c, line 3. for toolu_02XYZ",
            "tool_result toolu_02XYZ false In src/add.c\nline 3",
            "message assistant Fixed: add returned one too many.",
            "result success Fixed: add returned one too many.");
    assertThat(text(events.getFirst()))
        .contains("\"model\":\"claude-sonnet-4-5-20250929\"", "\"cwd\":\"/workspace\"", "\"Grep\"");
    assertThat(text(events.getLast()))
        .contains("\"is_error\":false", "\"turns\":6", "\"duration_ms\":48210");
  }

  @Test
  void addsUpUntilTheResultSaysWhatItWas() throws IOException {
    var lines = new String(recorded(), UTF_8).lines().toList();

    lines.subList(0, lines.size() - 1).forEach(this::line);

    // Each message once, whatever its parts; those of others that it sent out are no turns of its.
    assertThat(reader.run())
        .isEqualTo(
            new AgentRun(
                SESSION, "claude-sonnet-4-5-20250929", 3, 21L, 161L, null, null, null, false));

    line(lines.getLast());

    assertThat(reader.run().json())
        .hasToString(
            "{\"session_id\":\""
                + SESSION
                + "\",\"turns\":6,\"input_tokens\":21,\"output_tokens\":161,\"cost_usd\":0.0831425,"
                + "\"result\":\"Fixed: add returned one too many.\"}");
    assertThat(reader.run().succeeded()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void readsTheSameHoweverItIsCut(long seed) throws IOException {
    var random = new Random(seed);
    var bytes = recorded();
    var whole = new AgentReader().read(bytes, 0, bytes.length);

    var events = new ArrayList<AgentEvent>();
    for (int at = 0; at < bytes.length; ) {
      var count = Math.min(bytes.length - at, 1 + random.nextInt(seed % 2 == 0 ? 3 : 700));
      events.addAll(reader.read(bytes, at, count));
      at += count;
    }

    assertThat(events).isEqualTo(whole);
    assertThat(reader.offset()).isEqualTo(bytes.length);
  }

  @Test
  void saysWhereTheLineOfAnEventEnds() {
    var said = "{\"type\":\"assistant\",\"message\":{\"content\":\"a\"}}\n";

    var events = read(("no JSON\n" + said + said).getBytes(UTF_8));

    assertThat(events)
        .extracting(AgentEvent::lineEnd)
        .containsExactly(8L + said.length(), 8 + 2L * said.length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "plain words",
        "{",
        "{}",
        "{\"type\":\"assistant\",",
        "{\"type\":5}",
        "{\"type\":\"later\"}",
        "{\"type\":\"assistant\"}",
        "{\"type\":\"assistant\",\"message\":7}",
        "{\"type\":\"assistant\",\"message\":{\"content\":[7,null,{\"type\":\"image\"}]}}",
        "{\"type\":\"system\",\"subtype\":\"status\"}",
        "[{\"type\":\"result\"}]",
        "{\"type\":\"user\",\"message\":{\"content\":{}}} trailing",
        "{\"type\":\"assistant\",\"message\":{\"usage\":{\"input_tokens\":1e400,\"output_tokens\":-5}}}",
        "{\"a\":\"\\u00zz\"}",
      })
  void whatItDoesNotUnderstandIsOnlyOutput(String strange) {
    assertThat(line(strange)).isEmpty();
    assertThat(reader.run().inputTokens()).isNull();
    assertThat(reader.run().outputTokens()).isNull();
    // And it reads on after it.
    assertThat(line("{\"type\":\"result\",\"result\":\"fine\"}")).hasSize(1);
    assertThat(reader.run().succeeded()).isTrue();
  }

  @Test
  void deepNestingIsOnlyOutput() {
    assertThat(line("{\"type\":" + "[".repeat(100_000))).isEmpty();
    assertThat(line("{\"type\":\"result\"}")).hasSize(1);
  }

  @Test
  void ofALineOfTenMegabytesTheBeginningsAreKept() {
    var line =
        "{\"type\":\"user\",\"message\":{\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\","
            + "\"content\":\"é\\\"\\u00e9"
            + "0123456789\\n".repeat(1_000_000)
            + "\"}]}}";

    var events = line(line);

    assertThat(events).hasSize(1);
    var data = events.getFirst().data();
    assertThat(data.path("text").asText())
        .startsWith("é\"é0123456789\n0123")
        .hasSizeGreaterThan(25_000);
    assertThat(data.path("truncated").asBoolean()).isTrue();
    assertThat(events.getFirst().json()).hasSizeLessThanOrEqualTo(64 * 1024);
  }

  @ParameterizedTest
  @ValueSource(strings = {"é", "\\u00e9", "\\\\", "\\\"", "€", "\\ud83d\\ude00"})
  void cutsNoCharacterInTwo(String unit) {
    for (int shift = 0; shift < 12; shift++) {
      var events =
          line(
              "{\"type\":\"result\",\"result\":\""
                  + "x".repeat(shift)
                  + unit.repeat(LineClipper.STRING_BYTES)
                  + "\"}");

      assertThat(events).as("%s after %s", unit, shift).hasSize(1);
      assertThat(reader.run().result()).startsWith("x".repeat(shift)).hasSizeGreaterThan(4_000);
    }
  }

  @Test
  void aLineOfTooManyStringsIsOnlyOutput() {
    assertThat(line("{\"type\":\"result\",\"more\":[" + "\"0123456789\",".repeat(100_000) + "1]}"))
        .isEmpty();
    assertThat(line("{\"type\":\"result\"}")).hasSize(1);
  }

  @Test
  void noEventIsLargerThanAChunk() {
    var fields = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      fields.append("\"f").append(i).append("\":\"").append("\\u0001".repeat(3_000)).append("\",");
    }
    var events =
        line(
            "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\","
                + "\"input\":{"
                + fields
                + "\"z\":1}}]}}");
    events.addAll(line("{\"type\":\"result\",\"result\":\"" + "\\u0001".repeat(50_000) + "\"}"));

    for (var event : events) {
      assertThat(event.json()).hasSizeLessThanOrEqualTo(64 * 1024);
      assertThat(text(event)).contains("\"truncated\":true");
    }
    assertThat(events.getFirst().data().path("name").asText()).isEqualTo("n");
  }

  @Test
  void bytesThatAreNoTextSpoilOnlyThemselves() throws IOException {
    var line = new ByteArrayOutputStream();
    line.writeBytes("{\"type\":\"result\",\"result\":\"a".getBytes(UTF_8));
    line.write(0xff);
    line.writeBytes("b\\u0000c\\ud800d\",\"session_id\":\"../x\"}\n".getBytes(UTF_8));

    var events = read(line.toByteArray());

    assertThat(events).hasSize(1);
    assertThat(reader.run().result()).isEqualTo("a\ufffdb\ufffdc\ufffdd");
    assertThat(reader.run().sessionId()).as("no name of a session").isNull();
    assertThat(JSON.readTree(events.getFirst().json()).path("result").asText())
        .isEqualTo(reader.run().result());
  }

  @Test
  void readsTheCostOfOlderVersions() {
    line("{\"type\":\"result\",\"subtype\":\"success\",\"cost_usd\":0.003,\"total_cost\":0.003}");

    assertThat(reader.run().costUsd()).isEqualTo(0.003);
  }

  @Test
  void theLastLineMayHaveNoNewline() {
    assertThat(
            read(
                "{\"type\":\"result\",\"is_error\":true,\"subtype\":\"error_max_turns\"}"
                    .getBytes(UTF_8)))
        .isEmpty();

    assertThat(reader.finish()).hasSize(1);
    assertThat(reader.run().subtype()).isEqualTo("error_max_turns");
    assertThat(reader.run().succeeded()).isFalse();
    assertThat(reader.finish()).as("only once").isEmpty();
  }

  private static byte[] recorded() throws IOException {
    try (var file =
        Objects.requireNonNull(AgentReaderTest.class.getResourceAsStream("/claude/tools.jsonl"))) {
      return file.readAllBytes();
    }
  }

  private List<AgentEvent> line(String line) {
    return read((line + "\n").getBytes(UTF_8));
  }

  private List<AgentEvent> read(byte[] bytes) {
    return reader.read(bytes, 0, bytes.length);
  }

  private static String text(AgentEvent event) {
    return new String(event.json(), UTF_8);
  }

  private static String shortened(AgentEvent event) {
    var data = event.data();
    var parent = data.path("parent_tool_use_id");
    return data.path("kind").asText()
        + " "
        + switch (data.path("kind").asText()) {
          case "init" -> data.path("session_id").asText();
          case "message" -> data.path("role").asText() + " " + data.path("text").asText();
          case "tool_use" ->
              data.path("id").asText()
                  + " "
                  + data.path("name").asText()
                  + " "
                  + data.path("input");
          case "tool_result" ->
              data.path("tool_use_id").asText()
                  + " "
                  + data.path("is_error").asText()
                  + " "
                  + data.path("text").asText();
          default -> data.path("subtype").asText() + " " + data.path("result").asText();
        }
        + (parent.isTextual() ? " for " + parent.asText() : "");
  }
}
