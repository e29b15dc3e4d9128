package ai.orchard9.rdev.command.history;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What commands did in one minute.
///
/// @param minute its begin
/// @param completed how many ended so in it, as `failed` and `cancelled` are
/// @param queueP50Ms from submission to start, of those that started in it; null: none did
/// @param runP50Ms from start to end, of those that ended in it and had started; null: none did
/// @param pending how many waited seconds after it; null: it was counted later than that
/// @param running as `pending`, of those that ran
public record Minute(
    Instant minute,
    int completed,
    int failed,
    int cancelled,
    @Nullable Long queueP50Ms,
    @Nullable Long queueP95Ms,
    @Nullable Long runP50Ms,
    @Nullable Long runP95Ms,
    @Nullable Integer pending,
    @Nullable Integer running) {}
