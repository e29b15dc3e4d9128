package ai.orchard9.rdev.console;

import ai.orchard9.rdev.command.model.Command;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// What a claude run has told of itself. Public only because Thymeleaf reads it.
///
/// @param spent in one line; null: it has told none of it
/// @param result its text; null: there is none yet
public record AgentFacts(
    @Nullable String sessionId, @Nullable String spent, @Nullable String result) {

  /// Null: it is no claude run, or has told nothing yet.
  static @Nullable AgentFacts of(Command command) {
    var agent = command.agent();
    return agent == null
        ? null
        : new AgentFacts(text(agent, "session_id"), spent(agent), text(agent, "result"));
  }

  private static @Nullable String spent(JsonNode agent) {
    var input = agent.path("input_tokens");
    var output = agent.path("output_tokens");
    var spent = new StringJoiner(", ");
    if (agent.path("turns").isNumber()) {
      spent.add(turns(agent.path("turns").asInt()));
    }
    if (input.isNumber() || output.isNumber()) {
      spent.add(
          String.format(Locale.ROOT, "%,d tokens in, %,d out", input.asLong(), output.asLong()));
    }
    if (agent.path("cost_usd").isNumber()) {
      spent.add(dollars(agent.path("cost_usd").asDouble()));
    }
    return spent.length() == 0 ? null : spent.toString();
  }

  static String turns(int turns) {
    return turns == 1 ? "1 turn" : turns + " turns";
  }

  /// `$0.0831`, `$12.50`: small ones to a hundredth of a cent.
  static String dollars(double cost) {
    return String.format(Locale.ROOT, cost < 1 ? "$%.4f" : "$%.2f", cost);
  }

  private static @Nullable String text(JsonNode agent, String field) {
    return agent.path(field).isTextual() ? agent.path(field).asText() : null;
  }
}
