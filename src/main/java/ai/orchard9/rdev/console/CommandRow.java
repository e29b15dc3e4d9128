package ai.orchard9.rdev.console;

import ai.orchard9.rdev.command.model.Command;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// A command in a list. Public only because Thymeleaf reads it.
///
/// @param text what was asked for, in one line
/// @param spent by a claude run; null: it is none, or has told nothing
/// @param why of one that failed; null: it did not
public record CommandRow(
    String id,
    String project,
    String type,
    String status,
    String text,
    String keyName,
    When created,
    @Nullable String took,
    @Nullable String spent,
    @Nullable String why) {
  private static final int LONGEST = 160;

  static CommandRow of(Command command) {
    var agent = AgentFacts.of(command);
    return new CommandRow(
        command.id().value(),
        command.project(),
        command.type().wire(),
        command.status().wire(),
        shortened(text(command)),
        command.keyName(),
        When.of(command.createdAt()),
        Words.duration(command.durationMillis()),
        agent == null ? null : agent.spent(),
        command.errorCode());
  }

  /// What was asked for, as it was.
  static String text(Command command) {
    var request = command.request();
    return switch (command.type()) {
      case SHELL -> request.path("command").asText();
      case GIT -> git(request.path("args"));
      case CLAUDE -> request.path("prompt").asText();
    };
  }

  private static String git(JsonNode arguments) {
    var words = new ArrayList<String>();
    words.add("git");
    arguments.forEach(it -> words.add(it.asText()));
    return String.join(" ", words);
  }

  private static String shortened(String text) {
    var line = text.strip().lines().findFirst().orElse("");
    var whole = line.length() == text.strip().length() && line.length() <= LONGEST;
    return whole ? line : line.substring(0, Math.min(LONGEST, line.length())) + " …";
  }
}
