package ai.orchard9.rdev.claudeconfig;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What a file of the configuration is to the agent; also the folder in `.claude` that it is in.
public enum ConfigKind {
  COMMANDS,
  SKILLS,
  AGENTS;

  /// As in paths and in JSON: `commands`.
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// One of them, as people say: `command`.
  public String noun() {
    return wire().substring(0, wire().length() - 1);
  }

  /// Where one of that name is, from the work directory: `.claude/skills/<name>/SKILL.md`.
  public String path(String name) {
    return ".claude/" + wire() + "/" + name + (this == SKILLS ? "/SKILL.md" : ".md");
  }

  /// The kind of that name on the wire.
  public static Optional<ConfigKind> find(String wire) {
    return Arrays.stream(values()).filter(it -> it.wire().equals(wire)).findFirst();
  }
}
