package ai.orchard9.rdev.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/// One JSON object a line: `timestamp`, `level`, `logger`, `message`, then the facts of the line
/// and of what it belongs to (`request_id`, `command_id`, and with the tracing agent `trace_id`,
/// `span_id`) in snake_case, and `exception` with its stack.
final class JsonLines extends LayoutBase<ILoggingEvent> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SnakeCaseStrategy NAMES = new SnakeCaseStrategy();

  @Override
  public String doLayout(ILoggingEvent event) {
    var line = new LinkedHashMap<String, @Nullable Object>();
    line.put("timestamp", Instant.ofEpochMilli(event.getTimeStamp()).toString());
    line.put("level", event.getLevel().toString());
    line.put("logger", event.getLoggerName());
    line.put("message", Objects.requireNonNullElse(event.getFormattedMessage(), ""));
    new TreeMap<>(event.getMDCPropertyMap())
        .forEach((name, value) -> line.putIfAbsent(snake(name), value));
    for (var pair : pairs(event)) {
      line.putIfAbsent(snake(pair.key), plain(pair.value));
    }
    if (event.getThrowableProxy() != null) {
      line.put("exception", ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return json(line) + System.lineSeparator();
  }

  private static List<KeyValuePair> pairs(ILoggingEvent event) {
    return Objects.requireNonNullElse(event.getKeyValuePairs(), List.of());
  }

  private static String snake(String name) {
    return NAMES.translate(name);
  }

  private static @Nullable Object plain(@Nullable Object value) {
    return value == null || value instanceof Number || value instanceof Boolean
        ? value
        : value.toString();
  }

  private static String json(Map<String, @Nullable Object> line) {
    try {
      return JSON.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
