package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.agent.AgentRun;
import ai.orchard9.rdev.http.RunBudget;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a claude run has come to, beside how its process ended.
///
/// @param exceeded the limit of its budget that it exceeded, by its name in requests; null: none
record AgentEnd(AgentRun run, @Nullable String exceeded) {
  /// Of every other command.
  static final AgentEnd NONE = new AgentEnd(AgentRun.UNKNOWN, null);

  /// Which limit a run has exceeded: as far as we count, or as the CLI itself says that ended it.
  static Optional<String> exceeded(AgentRun run, RunBudget budget) {
    var tokens = sum(run.inputTokens(), run.outputTokens());
    return budget
        .exceededBy(run.turns(), tokens, run.costUsd())
        .or(
            () ->
                switch (run.subtype()) {
                  case "error_max_turns" -> Optional.of("max_turns");
                  case "error_max_budget_usd" -> Optional.of("max_cost_usd");
                  case null, default -> Optional.empty();
                });
  }

  private static @Nullable Long sum(@Nullable Long one, @Nullable Long other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one + other;
  }
}
