package ai.orchard9.rdev.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

final class JsonLinesTest {
  private final LoggerContext context = new LoggerContext();
  private final JsonLines lines = new JsonLines();

  @Test
  void haveTheFactsOfALineAndOfWhatItBelongsTo() throws Exception {
    var event = event("command finished", null);
    event.addKeyValuePair(new KeyValuePair("exitCode", 3));
    event.addKeyValuePair(new KeyValuePair("errorCode", "EXIT_NONZERO"));
    event.addKeyValuePair(new KeyValuePair("signal", null));
    event.setMDCPropertyMap(Map.of("commandId", "cmd-1", "trace_id", "4bf9"));

    assertThat(read(event))
        .hasToString(
            "{\"timestamp\":\"2026-11-26T10:00:00Z\",\"level\":\"WARN\",\"logger\":\"some.Logger\","
                + "\"message\":\"command finished\",\"command_id\":\"cmd-1\",\"trace_id\":\"4bf9\","
                + "\"exit_code\":3,\"error_code\":\"EXIT_NONZERO\",\"signal\":null}");
  }

  @Test
  void areOneLineEachWhateverIsInThem() throws Exception {
    var event = event("two\nlines \u001b[31m", new IllegalStateException("a\nb"));

    var text = lines.doLayout(event);

    assertThat(text.lines()).hasSize(1);
    assertThat(text).endsWith("\n").doesNotContain("\u001b");
    assertThat(read(event).path("message").asText()).isEqualTo("two\nlines \u001b[31m");
    assertThat(read(event).path("exception").asText())
        .startsWith("java.lang.IllegalStateException: a\nb")
        .contains("JsonLinesTest");
  }

  @Test
  void letNoFactStandInForAnother() throws Exception {
    var event = event("real", null);
    event.addKeyValuePair(new KeyValuePair("message", "forged"));
    event.setMDCPropertyMap(Map.of("level", "forged"));

    assertThat(read(event).path("message").asText()).isEqualTo("real");
    assertThat(read(event).path("level").asText()).isEqualTo("WARN");
  }

  private LoggingEvent event(String message, @Nullable Throwable failure) {
    context.setMDCAdapter(new LogbackMDCAdapter());
    var logger = context.getLogger("some.Logger");
    var event = new LoggingEvent("", logger, Level.WARN, message, failure, null);
    event.setInstant(Instant.parse("2026-11-26T10:00:00Z"));
    return event;
  }

  private JsonNode read(LoggingEvent event) throws Exception {
    return new ObjectMapper().readTree(lines.doLayout(event));
  }
}
