package ai.orchard9.rdev.ratelimit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What was done to a limit, or would be.
///
/// @param key the prefix of the key that it is about; null: all
/// @param from the value before; null where only now one is set for the key
/// @param to the value after; null where none is set for the key any more
/// @param until when it ends by itself; null: not
public record LimitChange(
    LimitName name,
    @Nullable String key,
    @Nullable String from,
    @Nullable String to,
    @Nullable Instant until) {}
