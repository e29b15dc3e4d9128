package ai.orchard9.rdev.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/// One event, as a browser's EventSource would dispatch it.
///
/// @param name its type, `message` when none was sent
/// @param data its data, lines joined by newlines
/// @param lastEventId the last id seen up to and with this event; empty when none
/// @param hasId whether the id was sent with this very event
public record SseEvent(String name, String data, String lastEventId, boolean hasId) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// The data as JSON.
  public JsonNode json() {
    try {
      return JSON.readTree(data);
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + data, e);
    }
  }

  /// The id as a number.
  public long id() {
    return Long.parseLong(lastEventId);
  }
}
