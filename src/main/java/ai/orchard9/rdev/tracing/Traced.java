package ai.orchard9.rdev.tracing;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A span of this thread: what it does until [#close] belongs to it, the lines it logs too.
public final class Traced implements AutoCloseable {
  private static final String TRACER = "ai.orchard9.rdev";
  private static final String PREFIX = "rdev.";

  private final Span span;
  private final Scope scope;

  private Traced(Span span, Scope scope) {
    this.span = span;
    this.scope = scope;
  }

  @SuppressWarnings("MustBeClosedChecker") // By [#close].
  private static Traced current(Span span) {
    return new Traced(span, span.makeCurrent());
  }

  /// Begins one inside of what this thread does now.
  ///
  /// @param name of few values: of what is done, not of what it is done to
  public static Traced begin(String name) {
    return current(builder(name).startSpan());
  }

  /// Begins one that what is done meanwhile does not belong to, but to what is around it: it may
  /// last for hours, and who is in it may not live to tell of it.
  public static Traced beside(String name) {
    return new Traced(builder(name).startSpan(), Scope.noop());
  }

  /// Begins one that goes on where another thread, or another server, was.
  ///
  /// @param after null: nothing is known of it
  public static Traced begin(String name, @Nullable Traceparent after) {
    return current(builder(name, after).startSpan());
  }

  /// Tells of something that is over.
  ///
  /// @param from when it began; it ends now
  public static void told(
      String name, @Nullable Traceparent after, Instant from, String fact, String value) {
    builder(name, after)
        .setStartTimestamp(from)
        .setAttribute(PREFIX + fact, value)
        .startSpan()
        .end();
  }

  /// Notes a fact, as `rdev.<name>`.
  public Traced with(String name, String value) {
    span.setAttribute(PREFIX + name, value);
    return this;
  }

  /// Notes a fact, as `rdev.<name>`.
  public Traced with(String name, long value) {
    span.setAttribute(PREFIX + name, value);
    return this;
  }

  /// Tells of it now, as it is: who is in it may not live to end it, and what is inside of one that
  /// was never told of would hang in the air. What this thread does still belongs to it.
  public Traced tell() {
    span.end();
    return this;
  }

  /// It came to no good end.
  public void failed(String why) {
    span.setStatus(StatusCode.ERROR, why);
  }

  private static SpanBuilder builder(String name) {
    return GlobalOpenTelemetry.getTracer(TRACER).spanBuilder(name);
  }

  private static SpanBuilder builder(String name, @Nullable Traceparent after) {
    return builder(name).setParent(after == null ? Context.root() : after.context());
  }

  @Override
  public void close() {
    scope.close();
    span.end();
  }
}
