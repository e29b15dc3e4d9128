package ai.orchard9.rdev.claudeconfig;

import java.util.List;

/// All files of one kind.
///
/// @param entries sorted by name
/// @param truncated whether there are more than are listed
public record ConfigList(List<ConfigEntry> entries, boolean truncated) {
  static final ConfigList EMPTY = new ConfigList(List.of(), false);

  public ConfigList {
    entries = List.copyOf(entries);
  }
}
