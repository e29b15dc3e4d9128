package ai.orchard9.rdev.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// One thing that an agent did, as streams tell it.
///
/// @param lineEnd bytes of stdout up to the end of the line that told it: what is stored says by it
///   how far it was read
/// @param data with its `kind`
public record AgentEvent(long lineEnd, ObjectNode data) {
  /// The most bytes of an event: what a chunk holds.
  static final int MOST_BYTES = 64 * 1024;

  /// What may be cut, in this order, when all of it does not fit.
  private static final List<String> LONG = List.of("input", "tools", "text", "result");

  /// That a run has printed nothing for so long.
  ///
  /// @param offset bytes of stdout before it
  public static AgentEvent stalled(long offset, long idleMillis) {
    return new AgentEvent(offset, StreamJson.stalled(idleMillis));
  }

  /// Whether stored data is that of [#stalled].
  public static boolean isStalled(byte[] json) {
    return new String(json, UTF_8).startsWith("{\"kind\":\"stalled\"");
  }

  /// Whether it tells the result of the run.
  public boolean isResult() {
    return data.path("kind").asText().equals("result");
  }

  /// Its data, one line of JSON of at most 64 KiB: what is too long is cut, and `truncated` says
  /// so.
  public byte[] json() {
    var json = bytes(data);
    if (json.length <= MOST_BYTES) {
      return json;
    }
    var shorter = data.deepCopy();
    shorter.put("truncated", true);
    for (var field : LONG) {
      json = shortened(shorter, field);
      if (json.length <= MOST_BYTES) {
        return json;
      }
    }
    shorter.retain("kind", "truncated");
    return bytes(shorter);
  }

  private static byte[] shortened(ObjectNode data, String field) {
    var value = data.path(field);
    var text = value.asText();
    var json = bytes(data);
    while (value.isTextual() && json.length > MOST_BYTES && !text.isEmpty()) {
      text = text.substring(0, text.length() / 2);
      json = bytes(data.put(field, text));
    }
    return value.isContainerNode() ? bytes(data.putNull(field)) : json;
  }

  /// By way of a text: half of a surrogate pair, which JSON can name, becomes `?` and no error.
  private static byte[] bytes(ObjectNode data) {
    return data.toString().getBytes(UTF_8);
  }
}
