package ai.orchard9.rdev.agent;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Adds up what the lines of a run tell. The CLI tells a message once for each of its parts, with
/// the same id and the same usage: it counts once. The result's own numbers are of the whole run,
/// and count instead.
final class RunTally {
  /// What a session may be called; what is not is taken for none.
  private static final Pattern SESSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}");

  private static final int MODEL_CHARACTERS = 100;

  private @Nullable String sessionId;
  private @Nullable String model;
  private @Nullable String message;
  private @Nullable Integer turns;
  private @Nullable Long inputTokens;
  private @Nullable Long outputTokens;
  private long messageInput;
  private long messageOutput;
  private @Nullable Double costUsd;
  private @Nullable String result;
  private @Nullable String subtype;
  private boolean succeeded;

  AgentRun run() {
    return new AgentRun(
        sessionId, model, turns, inputTokens, outputTokens, costUsd, result, subtype, succeeded);
  }

  void count(JsonNode line) {
    switch (line.path("type").asText()) {
      case "system" -> init(line);
      case "assistant" -> message(line);
      case "result" -> result(line);
      default -> {}
    }
  }

  private void init(JsonNode line) {
    if (line.path("subtype").asText().equals("init")) {
      session(line);
      var named = Texts.clean(line.path("model").asText(""));
      model = named.isEmpty() || named.length() > MODEL_CHARACTERS ? model : named;
    }
  }

  private void session(JsonNode line) {
    var named = line.path("session_id").asText("");
    if (SESSION.matcher(named).matches()) {
      sessionId = named;
    }
  }

  private void message(JsonNode line) {
    var told = line.path("message");
    var id = told.path("id").asText("");
    var isNew = id.isEmpty() || !id.equals(message);
    if (isNew) {
      message = id;
      messageInput = 0;
      messageOutput = 0;
      if (!line.path("parent_tool_use_id").isTextual()) {
        turns = (turns == null ? 0 : turns) + 1;
      }
    }
    var input = number(told.path("usage").path("input_tokens"));
    var output = number(told.path("usage").path("output_tokens"));
    if (input != null) {
      inputTokens = (inputTokens == null ? 0 : inputTokens) + input - messageInput;
      messageInput = input;
    }
    if (output != null) {
      outputTokens = (outputTokens == null ? 0 : outputTokens) + output - messageOutput;
      messageOutput = output;
    }
  }

  private void result(JsonNode line) {
    session(line);
    var counted = number(line.path("num_turns"));
    turns = counted == null ? turns : Integer.valueOf((int) Math.min(counted, Integer.MAX_VALUE));
    var input = number(line.path("usage").path("input_tokens"));
    inputTokens = input == null ? inputTokens : input;
    var output = number(line.path("usage").path("output_tokens"));
    outputTokens = output == null ? outputTokens : output;
    // The second is of versions before 1.0.
    var cost = line.path(line.has("total_cost_usd") ? "total_cost_usd" : "cost_usd");
    if (cost.isNumber() && cost.asDouble() >= 0 && Double.isFinite(cost.asDouble())) {
      costUsd = cost.asDouble();
    }
    result = line.path("result").isTextual() ? Texts.clean(line.path("result").asText()) : result;
    var failed = line.path("is_error").asBoolean(false);
    subtype = Texts.clean(line.path("subtype").asText(failed ? "error" : "success"));
    succeeded = subtype.equals("success") && !failed;
  }

  /// Null: it is none that can be counted.
  private static @Nullable Long number(JsonNode value) {
    return value.isIntegralNumber() && value.canConvertToLong() && value.asLong() >= 0
        ? (Long) value.asLong()
        : null;
  }
}
