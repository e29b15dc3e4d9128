package ai.orchard9.rdev.command.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// Reads the columns that [CommandSql#COLUMNS] lists.
public final class CommandMapper implements RowMapper<Command> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public Command map(ResultSet row, StatementContext context) throws SQLException {
    return read(row);
  }

  /// Reads the present row.
  public static Command read(ResultSet row) throws SQLException {
    return new Command(
        new CommandId(row.getString("id")),
        row.getString("project"),
        CommandType.of(row.getString("type")),
        CommandStatus.of(row.getString("status")),
        Priority.of(row.getString("priority")),
        tree(row.getString("metadata")),
        tree(row.getString("request")),
        row.getInt("timeout_seconds"),
        row.getObject("key_id", UUID.class),
        row.getString("key_name"),
        row.getString("request_id"),
        row.getString("trace_id"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        instant(row, "started_at"),
        instant(row, "finished_at"),
        row.getObject("exit_code", Integer.class),
        row.getString("signal"),
        row.getString("error_code"),
        row.getString("error_message"),
        row.getLong("stdout_bytes"),
        row.getLong("stderr_bytes"),
        row.getString("stdout_sha256"),
        row.getString("stderr_sha256"),
        row.getLong("last_event_id"),
        row.getObject("background", Integer.class),
        nullableTree(row.getString("kill_receipt")),
        row.getString("pod_name"),
        row.getInt("attempt"),
        row.getInt("adoptions"),
        nullableTree(row.getString("agent")));
  }

  static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    var value = row.getObject(column, OffsetDateTime.class);
    return value == null ? null : value.toInstant();
  }

  /// Reads JSON of a column.
  public static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("unreadable JSON in the table", e);
    }
  }

  private static @Nullable JsonNode nullableTree(@Nullable String json) {
    return json == null ? null : tree(json);
  }
}
