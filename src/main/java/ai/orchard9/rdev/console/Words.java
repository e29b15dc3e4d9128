package ai.orchard9.rdev.console;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Numbers as people read them.
final class Words {
  private static final long SECOND = 1000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;

  private Words() {}

  /// `12 ms`, `3.4 s`, `5 min 3 s`, `2 h 5 min`; null: nothing.
  static @Nullable String duration(@Nullable Long millis) {
    if (millis == null) {
      return null;
    }
    if (millis < SECOND) {
      return millis + " ms";
    }
    if (millis < MINUTE) {
      return String.format(Locale.ROOT, "%.1f s", millis / (double) SECOND);
    }
    if (millis < HOUR) {
      return millis / MINUTE + " min " + millis % MINUTE / SECOND + " s";
    }
    return millis / HOUR + " h " + millis % HOUR / MINUTE + " min";
  }

  /// `512 B`, `1.5 KiB`, `64.0 MiB`.
  static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    var units = new String[] {"KiB", "MiB", "GiB", "TiB"};
    var value = bytes / 1024.0;
    var unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }
}
