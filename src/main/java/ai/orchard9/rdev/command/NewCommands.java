package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.queue.BudgetJson;
import ai.orchard9.rdev.command.queue.NewCommand;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.RunBudget;
import ai.orchard9.rdev.tracing.Traceparent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Turns a checked submission into the row that it becomes.
final class NewCommands {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SecureRandom RANDOM = new SecureRandom();

  /// 128 bits: output that holds it by chance does not happen.
  private static final int MARKER_BYTES = 16;

  private NewCommands() {}

  static NewCommand of(
      CommandId id,
      String project,
      Caller caller,
      Submission submission,
      CommandService.Origin origin) {
    return new NewCommand(
        id.value(),
        project,
        submission.instruction().type().wire(),
        submission.priority().wire(),
        JSON.valueToTree(submission.metadata()).toString(),
        requestJson(submission).toString(),
        submission.timeoutSeconds(),
        submission.startWithinSeconds(),
        caller.keyId(),
        caller.keyName(),
        origin.request().requestId(),
        origin.request().clientAddress(),
        traceparent(origin),
        randomMarker(),
        submission.stdin(),
        JSON.valueToTree(submission.environment()).toString(),
        origin.idempotency(),
        agent(caller, submission));
  }

  private static NewCommand.@Nullable Agent agent(Caller caller, Submission submission) {
    if (!(submission.instruction() instanceof Instruction.Claude claude)) {
      return null;
    }
    var asked = new RunBudget(claude.maxTurns(), claude.maxTokens(), claude.maxCostUsd());
    return new NewCommand.Agent(claude.sessionId(), BudgetJson.write(asked.and(caller.budget())));
  }

  /// The span of the submission; where nobody traces this server, the client's own.
  private static @Nullable String traceparent(CommandService.Origin origin) {
    return Traceparent.current()
        .or(() -> Optional.ofNullable(origin.traceparent()))
        .map(Traceparent::toString)
        .orElse(null);
  }

  private static String randomMarker() {
    var bytes = new byte[MARKER_BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static ObjectNode requestJson(Submission submission) {
    var node = JSON.createObjectNode();
    switch (submission.instruction()) {
      case Instruction.Shell shell -> node.put("command", shell.command());
      case Instruction.Git git -> node.set("args", JSON.valueToTree(git.args()));
      case Instruction.Claude claude -> claude(node, claude);
    }
    if (!submission.workdir().isEmpty()) {
      node.put("workdir", submission.workdir());
    }
    if (!submission.environment().isEmpty()) {
      node.set(
          "env", JSON.valueToTree(submission.environment().keySet().stream().sorted().toList()));
    }
    return node;
  }

  private static void claude(ObjectNode node, Instruction.Claude claude) {
    var values = JSON.createObjectNode();
    values.put("prompt", claude.prompt());
    values.put("session_id", claude.sessionId());
    values.put("model", claude.model());
    values.set("allowed_tools", JSON.valueToTree(claude.allowedTools()));
    values.put("max_turns", claude.maxTurns());
    values.put("max_tokens", claude.maxTokens());
    values.put("max_cost_usd", claude.maxCostUsd());
    for (Map.Entry<String, JsonNode> entry : values.properties()) {
      if (!entry.getValue().isNull()) {
        node.set(entry.getKey(), entry.getValue());
      }
    }
  }
}
