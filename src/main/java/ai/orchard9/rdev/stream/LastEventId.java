package ai.orchard9.rdev.stream;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The last event that a client says it has. The header, which an EventSource sends when it comes
/// back, wins over the parameter of the address that it once opened.
record LastEventId(@Nullable String text) {

  // As many digits as always fit a long.
  private static final Pattern FORM = Pattern.compile("[0-9]{1,18}");

  static LastEventId of(@Nullable String header, @Nullable String parameter) {
    return new LastEventId(header == null || header.isEmpty() ? emptyToNull(parameter) : header);
  }

  boolean isGiven() {
    return text != null;
  }

  /// The id; 0 if none was given.
  ///
  /// @throws ai.orchard9.rdev.error.ApiException.BadRequest not an id, or one beyond `newest`
  long notBeyond(long newest) {
    if (text == null) {
      return 0;
    }
    if (!FORM.matcher(text).matches()) {
      throw StreamErrors.badLastEventId();
    }
    long id = Long.parseLong(text);
    if (id > newest) {
      throw StreamErrors.badLastEventId();
    }
    return id;
  }

  private static @Nullable String emptyToNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }
}
