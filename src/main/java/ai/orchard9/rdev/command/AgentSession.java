package ai.orchard9.rdev.command;

import ai.orchard9.rdev.http.Cursor;
import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A conversation with an agent, over all the commands that went on with it.
///
/// @param lastUsedAt when the last of them ended, or else started
/// @param turns of all of them together; null: none has told any
/// @param costUsd of all of them together; null: none has told any
/// @param lastCreatedAt where it stands in the list
public record AgentSession(
    String sessionId,
    String lastCommandId,
    Instant lastUsedAt,
    @Nullable Integer turns,
    @Nullable Double costUsd,
    @JsonIgnore Instant lastCreatedAt) {
  /// What cursors of their lists are of.
  public static final String LIST = "claude-sessions";

  /// Where it stands in a list.
  public Cursor cursor() {
    return Cursor.of(LIST, lastCreatedAt, lastCommandId);
  }
}
