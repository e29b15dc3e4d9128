package ai.orchard9.rdev.claudeconfig;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// The configuration on the wire.
final class ClaudeConfigResponse {
  private ClaudeConfigResponse() {}

  /// How much there is, and what it is called.
  record Summary(int commands, int skills, int agents, Items items) {
    static Summary of(Map<ConfigKind, ConfigList> lists) {
      var items =
          new Items(
              names(lists, ConfigKind.COMMANDS),
              names(lists, ConfigKind.SKILLS),
              names(lists, ConfigKind.AGENTS));
      return new Summary(
          items.commands().size(), items.skills().size(), items.agents().size(), items);
    }

    private static List<String> names(Map<ConfigKind, ConfigList> lists, ConfigKind kind) {
      return lists.getOrDefault(kind, ConfigList.EMPTY).entries().stream()
          .map(ConfigEntry::name)
          .toList();
    }
  }

  /// Names, sorted.
  record Items(List<String> commands, List<String> skills, List<String> agents) {}

  /// One in a list.
  record Entry(String name, long size, Instant modifiedAt) {
    static Entry of(ConfigEntry entry) {
      return new Entry(entry.name(), entry.size(), entry.modifiedAt());
    }
  }

  /// One with what is in it.
  record File(String name, String content, long size, Instant modifiedAt) {
    static File of(ConfigFile file) {
      return new File(
          file.entry().name(), file.content(), file.entry().size(), file.entry().modifiedAt());
    }
  }
}
