package ai.orchard9.rdev.logging;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.dropwizard.logging.common.layout.DiscoverableLayoutFactory;
import io.dropwizard.validation.OneOf;
import java.util.TimeZone;

/// The layout `lines` of the configuration: `format: text` for people, `format: json` for what
/// collects logs.
@JsonTypeName("lines")
public final class LinesLayout implements DiscoverableLayoutFactory<ILoggingEvent> {
  /// `%kvp` has the facts of a line; control characters of others' making must not reach a
  /// terminal.
  static final String TEXT =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level %logger{0} %replace(%msg"
          + " %kvp){'[\\p{Cntrl}]',' '} %replace(%X{trace_id} ){'^ $',''}%X{requestId}%n%rEx";

  @OneOf({"text", "json"})
  @JsonProperty
  private String format = "text";

  @Override
  public LayoutBase<ILoggingEvent> build(LoggerContext context, TimeZone timeZone) {
    if (format.equals("json")) {
      return new JsonLines();
    }
    var layout = new PatternLayout();
    layout.setContext(context);
    layout.setPattern(TEXT);
    return layout;
  }
}
