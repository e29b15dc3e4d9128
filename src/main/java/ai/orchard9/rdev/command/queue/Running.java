package ai.orchard9.rdev.command.queue;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A command that runs, and where.
///
/// @param keyId the key it was submitted with; null: `RDEV_ADMIN_KEY`
/// @param owner id of the server that follows it
/// @param released whether that server has let go of it and no other has taken it yet
/// @param ending whether somebody asked for its end
/// @param ageSeconds since it started
/// @param bytes recorded of both streams
/// @param adoptions how often another server took it over
public record Running(
    String id,
    String project,
    String type,
    @Nullable UUID keyId,
    String owner,
    boolean released,
    boolean ending,
    long ageSeconds,
    long bytes,
    int attempt,
    int adoptions) {}
