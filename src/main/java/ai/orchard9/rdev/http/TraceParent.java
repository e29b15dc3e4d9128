package ai.orchard9.rdev.http;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a caller says of the trace that its request belongs to (W3C Trace Context, section 3.2).
///
/// @param traceId 32 hex digits, not all 0
/// @param parentId 16 hex digits: the caller's span
public record TraceParent(String traceId, String parentId) {
  /// The header's name.
  public static final String HEADER = "traceparent";

  private static final Pattern FORM =
      Pattern.compile("[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}");

  /// Reads the header's value; empty when there is none, or it is malformed, which is to be
  /// ignored.
  public static Optional<TraceParent> parse(@Nullable String header) {
    var match = FORM.matcher(header == null ? "" : header);
    return match.matches()
        ? Optional.of(new TraceParent(match.group(1), match.group(2)))
        : Optional.empty();
  }
}
