package ai.orchard9.rdev.ops.server;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A server that was heard of within the last ten seconds. Ages are by the database's clock.
///
/// @param id among owners of commands
/// @param name its host or pod; two processes on one machine share it
/// @param draining whether it takes no commands over
/// @param streams open there
/// @param numberedMillisAgo when it was this one that numbered committed facts; null: never
/// @param sealedMillisAgo when it was this one that sealed the audit log; null: never
public record LiveServer(
    String id,
    String name,
    String version,
    Instant startedAt,
    boolean draining,
    int streams,
    long seenMillisAgo,
    @Nullable Long numberedMillisAgo,
    @Nullable Long sealedMillisAgo) {}
