package ai.orchard9.rdev.claudeconfig;

import java.time.Instant;

/// One file of the configuration, without what is in it.
///
/// @param size in bytes
/// @param modifiedAt as the far side's clock has it, to the second
public record ConfigEntry(String name, long size, Instant modifiedAt) {}
