package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandMapper;
import ai.orchard9.rdev.command.model.CommandSql;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.http.Cursor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Lists commands, newest first. Only what is asked for is in the statement, so that each question
/// finds its index.
final class CommandSearch {
  private final Jdbi jdbi;

  CommandSearch(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// @param visible only commands of these projects; null: of all
  /// @param after where to begin; empty: with the newest
  List<Command> list(
      CommandFilter filter, String @Nullable [] visible, int rows, Optional<Cursor> after) {
    var question = new Question();
    question.add("project = :project", "project", filter.project());
    question.add("type = :type", "type", filter.type() == null ? null : filter.type().wire());
    question.add("key_id = :keyId", "keyId", filter.keyId());
    question.add("created_at >= :since", "since", filter.since());
    question.add("created_at < :until", "until", filter.until());
    question.add("project = ANY(:visible)", "visible", visible);
    if (filter.status() != null) {
      question.add("status = :status", "status", filter.status().wire());
      question.terms.add(where(filter.status()));
    }
    after.ifPresent(
        cursor -> {
          question.terms.add("(created_at, id) < (:beforeAt, :beforeId)");
          question.parameters.put("beforeAt", cursor.instant(0));
          question.parameters.put("beforeId", cursor.text(1));
        });
    return question.ask(jdbi, rows);
  }

  /// How commands of a status are found without looking at all the others. No index has the status
  /// itself: it changes too often.
  private static String where(CommandStatus status) {
    return switch (status) {
      case PENDING -> "id IN (SELECT command_id FROM pending_commands)";
      case RUNNING -> "id IN (SELECT command_id FROM slots WHERE command_id IS NOT NULL)";
      case FAILED -> "error_code IS NOT NULL";
      case CANCELLED -> "kill_reason IS NOT NULL";
      case COMPLETED -> "true";
    };
  }

  private static final class Question {
    private final List<String> terms = new ArrayList<>(List.of("true"));
    private final Map<String, Object> parameters = new LinkedHashMap<>();

    void add(String term, String name, @Nullable Object value) {
      if (value != null) {
        terms.add(term);
        parameters.put(name, value);
      }
    }

    List<Command> ask(Jdbi jdbi, int rows) {
      return jdbi.withHandle(
          handle ->
              handle
                  .createQuery(
                      "SELECT "
                          + CommandSql.COLUMNS
                          + " FROM commands WHERE "
                          + String.join(" AND ", terms)
                          + " ORDER BY created_at DESC, id DESC LIMIT :limit")
                  .bindMap(parameters)
                  .bind("limit", rows)
                  .map(new CommandMapper())
                  .list());
    }
  }
}
