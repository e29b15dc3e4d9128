package ai.orchard9.rdev.agent;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/// What is known of a run; null is: not told yet.
///
/// @param model that the run began with
/// @param turns messages of the agent itself, not of those that it sent out; once there is a
///   result, what that says
/// @param inputTokens without those that came from a cache, as the CLI counts them
/// @param result the text of the result
/// @param subtype of the result, as `success` or `error_max_turns`; null: there is none yet
/// @param succeeded whether the result is one; false while there is none
public record AgentRun(
    @Nullable String sessionId,
    @Nullable String model,
    @Nullable Integer turns,
    @Nullable Long inputTokens,
    @Nullable Long outputTokens,
    @Nullable Double costUsd,
    @Nullable String result,
    @Nullable String subtype,
    boolean succeeded) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// Nothing is known.
  public static final AgentRun UNKNOWN =
      new AgentRun(null, null, null, null, null, null, null, null, false);

  /// Whether it told its result.
  public boolean hasResult() {
    return subtype != null;
  }

  /// As the command's record shows it.
  public ObjectNode json() {
    return JSON.createObjectNode()
        .put("session_id", sessionId)
        .put("turns", turns)
        .put("input_tokens", inputTokens)
        .put("output_tokens", outputTokens)
        .put("cost_usd", costUsd)
        .put("result", result);
  }
}
