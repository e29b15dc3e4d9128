package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.life.ProjectEvents;
import org.jdbi.v3.core.Handle;

/// Writes what happened to a command for others to read, in the transaction that makes it happen.
final class Facts {
  private final ProjectEvents life;

  Facts(ProjectEvents life) {
    this.life = life;
  }

  void append(Handle transaction, Command command) {
    life.append(
        transaction,
        command.project(),
        command.id().value(),
        command.type().wire(),
        command.status().wire(),
        command.exitCode());
  }

  /// To be called after the commit.
  void published() {
    life.published();
  }
}
