package ai.orchard9.rdev.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads an event stream by the letter of the WHATWG HTML standard, section 9.2.6
/// (<https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>).
final class SseParser {
  private final Consumer<SseEvent> sink;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final StringBuilder data = new StringBuilder();
  private boolean afterCarriageReturn;
  private boolean first = true;
  private boolean anyData;
  private boolean anyId;
  private String name = "";
  private String idBuffer = "";
  private String lastEventId = "";
  private @Nullable Long retry;

  SseParser(Consumer<SseEvent> sink) {
    this.sink = sink;
  }

  void accept(byte[] bytes, int from, int to) {
    var start = from;
    for (int i = from; i < to; i++) {
      var b = bytes[i];
      if (afterCarriageReturn) {
        afterCarriageReturn = false;
        if (b == '\n') {
          start = i + 1;
          continue;
        }
      }
      if (b == '\n' || b == '\r') {
        line.write(bytes, start, i - start);
        start = i + 1;
        afterCarriageReturn = b == '\r';
        endLine();
      }
    }
    line.write(bytes, start, to - start);
  }

  private void endLine() {
    var text = line.toString(UTF_8);
    line.reset();
    if (first) {
      first = false;
      if (text.startsWith("\uFEFF")) {
        text = text.substring(1);
      }
    }
    if (text.isEmpty()) {
      dispatch();
      return;
    }
    var colon = text.indexOf(':');
    if (colon == 0) {
      return;
    }
    var field = colon < 0 ? text : text.substring(0, colon);
    var value = colon < 0 ? "" : text.substring(colon + 1);
    field(field, value.startsWith(" ") ? value.substring(1) : value);
  }

  private void field(String field, String value) {
    switch (field) {
      case "event" -> name = value;
      case "data" -> {
        data.append(value).append('\n');
        anyData = true;
      }
      case "id" -> {
        if (value.indexOf('\0') < 0) {
          idBuffer = value;
          anyId = true;
        }
      }
      case "retry" -> {
        if (!value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
          retry = Long.valueOf(value);
        }
      }
      default -> {
        // Other fields are ignored.
      }
    }
  }

  private void dispatch() {
    lastEventId = idBuffer;
    if (anyData) {
      data.setLength(data.length() - 1);
      sink.accept(
          new SseEvent(name.isEmpty() ? "message" : name, data.toString(), lastEventId, anyId));
    }
    data.setLength(0);
    anyData = false;
    anyId = false;
    name = "";
  }

  @Nullable Long retry() {
    return retry;
  }
}
