package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.CommandType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a command runs.
public sealed interface Instruction {
  /// A text for `bash`, or `sh` where there is none.
  record Shell(String command) implements Instruction {}

  /// Arguments of git; no shell stands between.
  record Git(List<String> args) implements Instruction {
    public Git {
      args = List.copyOf(args);
    }
  }

  /// A prompt for the Claude Code CLI.
  record Claude(
      String prompt,
      @Nullable String sessionId,
      @Nullable String model,
      @Nullable List<String> allowedTools,
      @Nullable Integer maxTurns,
      @Nullable Long maxTokens,
      @Nullable Double maxCostUsd)
      implements Instruction {
    public Claude {
      allowedTools = allowedTools == null ? null : List.copyOf(allowedTools);
    }
  }

  default CommandType type() {
    return switch (this) {
      case Shell _ -> CommandType.SHELL;
      case Git _ -> CommandType.GIT;
      case Claude _ -> CommandType.CLAUDE;
    };
  }
}
