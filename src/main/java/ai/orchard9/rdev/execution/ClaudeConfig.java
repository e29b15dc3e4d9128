package ai.orchard9.rdev.execution;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// How the Claude Code CLI is run.
///
/// @param command its program and the arguments that come before ours (`CLAUDE_COMMAND`)
/// @param variables set for every run; the request's own come after
/// @param tools that a run may use when its request names none, separated by commas
///   (`CLAUDE_TOOLS`)
/// @param resultGrace how long it may take to end after its result (`CLAUDE_RESULT_GRACE`)
/// @param stallTimeout of how long a silence is told; zero: of none (`CLAUDE_STALL_TIMEOUT`)
public record ClaudeConfig(
    List<String> command,
    Map<String, String> variables,
    String tools,
    Duration resultGrace,
    Duration stallTimeout) {
  public ClaudeConfig {
    command = List.copyOf(command);
    variables = Map.copyOf(variables);
  }

  boolean detectsStalls() {
    return stallTimeout.isPositive();
  }
}
