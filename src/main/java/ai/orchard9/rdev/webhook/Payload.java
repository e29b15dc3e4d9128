package ai.orchard9.rdev.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.command.life.Fact;
import ai.orchard9.rdev.http.Timestamps;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.UUID;

/// The bodies that are sent. Below 20 kB, as Standard Webhooks asks for: of a message the first
/// 1,000 characters are told, and metadata that does not fit (escaped, it can grow sixfold) is left
/// out.
final class Payload {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_BYTES = 19_999;
  private static final int MOST_MESSAGE = 1000;

  private Payload() {}

  /// Tells a fact.
  static String of(EventType type, UUID id, long sequence, Fact fact) {
    var data =
        JsonNodeFactory.instance
            .objectNode()
            .put("command_id", fact.commandId())
            .put("project", fact.project())
            .put("type", fact.type())
            .put("status", fact.status())
            .put("exit_code", fact.exitCode())
            .put("duration_ms", fact.durationMs());
    data.set("error", error(fact));
    data.set("metadata", metadata(fact));
    var body = envelope(type, id, sequence, fact.at(), data);
    if (body.getBytes(UTF_8).length <= MOST_BYTES) {
      return body;
    }
    return envelope(type, id, sequence, fact.at(), data.putNull("metadata"));
  }

  /// The same fields, of nothing.
  static String test(UUID id, long sequence, Instant at) {
    var data = JsonNodeFactory.instance.objectNode();
    for (var field :
        new String[] {
          "command_id", "project", "type", "status", "exit_code", "duration_ms", "error", "metadata"
        }) {
      data.putNull(field);
    }
    return envelope(EventType.TEST, id, sequence, at, data);
  }

  private static String envelope(
      EventType type, UUID id, long sequence, Instant at, ObjectNode data) {
    var body =
        JsonNodeFactory.instance
            .objectNode()
            .put("event", type.wire())
            .put("id", id.toString())
            .put("sequence", sequence)
            .put("timestamp", Timestamps.format(at));
    body.set("data", data);
    return body.toString();
  }

  private static JsonNode error(Fact fact) {
    if (fact.errorCode() == null) {
      return JsonNodeFactory.instance.nullNode();
    }
    var message = fact.errorMessage() == null ? "" : fact.errorMessage();
    return JsonNodeFactory.instance
        .objectNode()
        .put("code", fact.errorCode())
        .put(
            "message",
            message.codePointCount(0, message.length()) <= MOST_MESSAGE
                ? message
                : message.substring(0, message.offsetByCodePoints(0, MOST_MESSAGE)));
  }

  private static JsonNode metadata(Fact fact) {
    try {
      return JSON.readTree(fact.metadata());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("unreadable JSON in the table", e);
    }
  }
}
