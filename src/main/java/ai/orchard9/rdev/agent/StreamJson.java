package ai.orchard9.rdev.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// Turns a line of `claude --output-format stream-json --verbose` into events. Fields that a line
/// does not have are null; what it does not know it leaves out.
final class StreamJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private StreamJson() {}

  /// @param run as this line has left it
  static List<ObjectNode> events(JsonNode line, AgentRun run) {
    return switch (line.path("type").asText()) {
      case "system" ->
          line.path("subtype").asText().equals("init") ? List.of(init(line)) : List.of();
      case "assistant", "user" -> message(line);
      case "result" -> List.of(result(line, run));
      default -> List.of();
    };
  }

  /// What is told when a run has printed nothing for long.
  static ObjectNode stalled(long idleMillis) {
    return of("stalled").put("idle_ms", idleMillis);
  }

  private static ObjectNode of(String kind) {
    return JSON.createObjectNode().put("kind", kind);
  }

  private static ObjectNode init(JsonNode line) {
    var event = of("init");
    event.put("session_id", text(line, "session_id"));
    event.put("model", text(line, "model"));
    event.put("cwd", text(line, "cwd"));
    event.set("tools", line.path("tools").isArray() ? line.path("tools") : JSON.nullNode());
    return event;
  }

  private static List<ObjectNode> message(JsonNode line) {
    var content = line.path("message").path("content");
    var events = new ArrayList<ObjectNode>();
    if (content.isTextual()) {
      events.add(said(line, content.asText()));
    }
    for (var part : content) {
      switch (part.path("type").asText()) {
        case "text" -> events.add(said(line, part.path("text").asText()));
        case "tool_use" -> events.add(toolUse(part));
        case "tool_result" -> events.add(toolResult(part));
        default -> {}
      }
    }
    var parent = line.path("parent_tool_use_id");
    events.forEach(it -> it.put("parent_tool_use_id", parent.isTextual() ? parent.asText() : null));
    return events;
  }

  private static ObjectNode said(JsonNode line, String text) {
    return of("message").put("role", line.path("type").asText()).put("text", text);
  }

  private static ObjectNode toolUse(JsonNode part) {
    var event = of("tool_use");
    event.put("id", text(part, "id"));
    event.put("name", text(part, "name"));
    event.set("input", part.has("input") ? part.path("input") : JSON.nullNode());
    return event;
  }

  private static ObjectNode toolResult(JsonNode part) {
    return of("tool_result")
        .put("tool_use_id", text(part, "tool_use_id"))
        .put("is_error", part.path("is_error").asBoolean(false))
        .put("text", joined(part.path("content")));
  }

  /// A tool's answer is a text, or parts of which some are.
  private static String joined(JsonNode content) {
    return content.isTextual()
        ? content.asText()
        : StreamSupport.stream(content.spliterator(), false)
            .filter(it -> it.path("text").isTextual())
            .map(it -> it.path("text").asText())
            .collect(Collectors.joining("\n"));
  }

  private static ObjectNode result(JsonNode line, AgentRun run) {
    var event = of("result");
    event.put("session_id", run.sessionId());
    event.put("subtype", run.subtype());
    event.put("is_error", !run.succeeded());
    event.put("turns", run.turns());
    event.put("input_tokens", run.inputTokens());
    event.put("output_tokens", run.outputTokens());
    event.put("cost_usd", run.costUsd());
    event.put(
        "duration_ms",
        line.path("duration_ms").isNumber() ? (Long) line.path("duration_ms").asLong() : null);
    event.put("result", run.result());
    return event;
  }

  private static @Nullable String text(JsonNode node, String field) {
    return node.path(field).isTextual() ? node.path(field).asText() : null;
  }
}
