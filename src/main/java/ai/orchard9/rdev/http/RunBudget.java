package ai.orchard9.rdev.http;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one run of an agent may use up; null is: not limited.
///
/// @param maxTurns messages of the agent
/// @param maxTokens into and out of the model together
/// @param maxCostUsd as the agent itself reckons
public record RunBudget(
    @Nullable Integer maxTurns, @Nullable Long maxTokens, @Nullable Double maxCostUsd) {
  /// Nothing is limited.
  public static final RunBudget NONE = new RunBudget(null, null, null);

  /// What both allow.
  public RunBudget and(RunBudget other) {
    return new RunBudget(
        less(maxTurns, other.maxTurns),
        less(maxTokens, other.maxTokens),
        less(maxCostUsd, other.maxCostUsd));
  }

  /// Which of its limits is exceeded, by its name in requests.
  public Optional<String> exceededBy(
      @Nullable Integer turns, @Nullable Long tokens, @Nullable Double costUsd) {
    if (isMore(turns, maxTurns)) {
      return Optional.of("max_turns");
    }
    if (isMore(tokens, maxTokens)) {
      return Optional.of("max_tokens");
    }
    return isMore(costUsd, maxCostUsd) ? Optional.of("max_cost_usd") : Optional.empty();
  }

  private static <T extends Comparable<T>> boolean isMore(@Nullable T used, @Nullable T limit) {
    return used != null && limit != null && used.compareTo(limit) > 0;
  }

  private static <T extends Comparable<T>> @Nullable T less(@Nullable T one, @Nullable T other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.compareTo(other) <= 0 ? one : other;
  }
}
