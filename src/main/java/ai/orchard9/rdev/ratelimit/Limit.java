package ai.orchard9.rdev.ratelimit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One limit as it holds now.
///
/// @param key the prefix of the key that it is about; null: all
/// @param value as it can be set: `20`, `30s`
/// @param configured what it is without the override; null for a key, which has its own or that of
///   all
/// @param override who changed it and until when; null where the configuration holds
public record Limit(
    LimitName name,
    @Nullable String key,
    String value,
    @Nullable String configured,
    @Nullable Overridden override) {

  /// A change that holds.
  ///
  /// @param until when it ends by itself; null: when it is reset
  public record Overridden(String changedBy, Instant changedAt, @Nullable Instant until) {}

  /// `override`, or `configuration` for the file and the environment.
  public String source() {
    return override == null ? "configuration" : "override";
  }
}
