package ai.orchard9.rdev.command.life;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Tells the followers of a project what becomes of its commands.
public final class ProjectEvents {

  /// Records a change of status in the transaction that makes it; it is numbered, and shown, within
  /// a second after the commit.
  ///
  /// @param exitCode null unless the command's end was seen
  public void append(
      Handle transaction,
      String project,
      String commandId,
      String type,
      String status,
      @Nullable Integer exitCode) {
    transaction
        .createUpdate(
            """
            INSERT INTO project_events (project, command_id, type, status, exit_code)
            VALUES (:project, :commandId, :type, :status, :exitCode)
            """)
        .bind("project", project)
        .bind("commandId", commandId)
        .bind("type", type)
        .bind("status", status)
        .bind("exitCode", exitCode)
        .execute();
  }

  /// To be called after such a commit: its events are numbered at once instead of within a second.
  public void published() {}
}
