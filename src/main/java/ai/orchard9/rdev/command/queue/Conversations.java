package ai.orchard9.rdev.command.queue;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;

/// One command at a time goes on with a conversation, over all servers.
final class Conversations {
  private Conversations() {}

  /// Those that may be queued: not those whose conversation a command is in that has not ended, or
  /// one before them. Until the transaction ends nobody else decides over the same conversations.
  static List<NewCommand> free(LineDao dao, List<NewCommand> batch) {
    var asking = batch.stream().filter(it -> it.sessionId() != null).toList();
    if (asking.isEmpty()) {
      return batch;
    }
    dao.lockSessions(asking.stream().map(Conversations::name).toArray(String[]::new));
    // A statement of its own: it sees what was committed while it waited for the locks.
    var busy =
        new HashSet<>(
            dao.busySessions(
                asking.stream().map(NewCommand::project).toArray(String[]::new),
                asking.stream()
                    .map(it -> Objects.requireNonNull(it.sessionId()))
                    .toArray(String[]::new)));
    return batch.stream().filter(it -> it.sessionId() == null || busy.add(name(it))).toList();
  }

  private static String name(NewCommand command) {
    return command.project() + ' ' + command.sessionId();
  }
}
