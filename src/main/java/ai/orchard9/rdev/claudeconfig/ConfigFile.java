package ai.orchard9.rdev.claudeconfig;

/// One file of the configuration.
///
/// @param content up to 1 MiB of UTF-8
public record ConfigFile(ConfigEntry entry, String content) {}
