package ai.orchard9.rdev.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A place in a trace, as the header `traceparent` names it (W3C Trace Context; of later versions
/// what they share with 00). It is kept with a command, so that whichever server goes on with it
/// goes on with its trace.
///
/// @param traceId 32 hex digits, not all zero
/// @param spanId 16 hex digits, not all zero
/// @param flags 2 hex digits
public record Traceparent(String traceId, String spanId, String flags) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})");

  /// Reads one; empty for anything else.
  public static Optional<Traceparent> parse(@Nullable String text) {
    var match = FORM.matcher(text == null ? "" : text);
    return match.matches()
        ? Optional.of(new Traceparent(match.group(1), match.group(2), match.group(3)))
        : Optional.empty();
  }

  /// Where this thread is now: in a span of the agent, or of our own; empty outside of any.
  public static Optional<Traceparent> current() {
    var span = Span.current().getSpanContext();
    return span.isValid()
        ? Optional.of(
            new Traceparent(span.getTraceId(), span.getSpanId(), span.getTraceFlags().asHex()))
        : Optional.empty();
  }

  /// What spans that go on from here have as their parent.
  Context context() {
    var remote =
        SpanContext.createFromRemoteParent(
            traceId, spanId, TraceFlags.fromHex(flags, 0), TraceState.getDefault());
    return Context.root().with(Span.wrap(remote));
  }

  /// In the header's form.
  @Override
  public String toString() {
    return "00-" + traceId + "-" + spanId + "-" + flags;
  }
}
