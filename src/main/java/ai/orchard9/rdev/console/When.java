package ai.orchard9.rdev.console;

import ai.orchard9.rdev.http.Timestamps;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A time as pages show it: in UTC, which the browser turns into the reader's zone. Public only
/// because Thymeleaf reads it.
///
/// @param iso RFC 3339 with milliseconds
/// @param text `2026-01-31 12:00:00 UTC`
public record When(String iso, String text) {
  private static final DateTimeFormatter TEXT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  static When of(Instant instant) {
    return new When(Timestamps.format(instant), TEXT.format(instant));
  }

  static @Nullable When ofNullable(@Nullable Instant instant) {
    return instant == null ? null : of(instant);
  }
}
