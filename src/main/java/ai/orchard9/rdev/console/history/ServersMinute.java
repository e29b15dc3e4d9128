package ai.orchard9.rdev.console.history;

import java.time.Instant;

/// What all servers together saw of themselves in one minute.
///
/// @param minute its begin
/// @param servers how many were there
/// @param streams of each server the most that were open at one look, together
/// @param breaker the worst state that one of them was in: `open`, `half_open` or `closed`
public record ServersMinute(Instant minute, int servers, int streams, String breaker) {}
