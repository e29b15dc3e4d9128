package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.output.CommandKey;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.output.StreamName;
import ai.orchard9.rdev.command.queue.Pauses;
import ai.orchard9.rdev.command.queue.QueueModule;
import ai.orchard9.rdev.project.Project;
import ai.orchard9.rdev.project.ProjectCatalog;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/// Shows commands to clients.
final class CommandViews {
  /// How much of each stream an answer carries as text (contract section 5).
  private static final int OUTPUT_BYTES = 1 << 20;

  private static final String LIMIT = "limit";

  private final Jdbi jdbi;
  private final OutputLog output;
  private final ProjectCatalog projects;
  private final QueueModule queue;

  CommandViews(Jdbi jdbi, OutputLog output, ProjectCatalog projects, QueueModule queue) {
    this.jdbi = jdbi;
    this.output = output;
    this.projects = projects;
    this.queue = queue;
  }

  /// A finished command and what it printed.
  record WithOutput(
      @JsonUnwrapped CommandResponse command,
      String stdout,
      String stderr,
      boolean stdoutTruncated,
      boolean stderrTruncated) {}

  Command reread(Command command) {
    return jdbi.withExtension(CommandDao.class, dao -> dao.find(command.id().value()))
        .orElse(command);
  }

  CommandResponse full(Command command) {
    if (!isPending(command)) {
      return CommandResponse.of(command, null, null, null);
    }
    return pending(command)
        .map(it -> CommandResponse.of(command, it.position(), it.reason(), it.etaSeconds()))
        // It has left the line since it was read.
        .orElseGet(() -> CommandResponse.of(reread(command), null, null, null));
  }

  /// Empty when it does not wait any more.
  Optional<PendingState> pending(Command command) {
    return queue
        .overview()
        .standing(command.id().value())
        .map(
            it -> {
              var reason = pendingReason(command.project(), it.paused());
              var eta = reason.equals(LIMIT) ? it.etaSeconds() : null;
              return new PendingState(it.position(), reason, eta);
            });
  }

  /// In lists positions are left out: each would be a query.
  List<CommandResponse> listed(List<Command> commands) {
    var somebodyWaits = commands.stream().anyMatch(CommandViews::isPending);
    var pauses = somebodyWaits ? queue.pauses().list() : List.<Pauses.Pause>of();
    return commands.stream().map(it -> listed(it, pauses)).toList();
  }

  private CommandResponse listed(Command command, List<Pauses.Pause> pauses) {
    var reason =
        isPending(command)
            ? pendingReason(command.project(), isPaused(pauses, command.project()))
            : null;
    return CommandResponse.of(command, null, reason, null);
  }

  private static boolean isPending(Command command) {
    return command.status() == CommandStatus.PENDING;
  }

  private static boolean isPaused(List<Pauses.Pause> pauses, String project) {
    return pauses.stream().anyMatch(it -> it.project().map(project::equals).orElse(true));
  }

  WithOutput withOutput(Command command) {
    return new WithOutput(
        full(command),
        text(command, StreamName.STDOUT),
        text(command, StreamName.STDERR),
        command.stdoutBytes() > OUTPUT_BYTES,
        command.stderrBytes() > OUTPUT_BYTES);
  }

  private String text(Command command, StreamName stream) {
    var key = new CommandKey(command.id().value(), command.day());
    var total = stream == StreamName.STDOUT ? command.stdoutBytes() : command.stderrBytes();
    if (total == 0) {
      return "";
    }
    var bytes = output.head(key, stream, OUTPUT_BYTES);
    var length = bytes.length;
    if (total > length) {
      length = wholeCharacters(bytes);
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  /// Where the last whole UTF-8 character ends: a cut must not make a U+FFFD.
  private static int wholeCharacters(byte[] bytes) {
    for (int back = 1; back <= Math.min(3, bytes.length); back++) {
      int unsigned = bytes[bytes.length - back] & 0xff;
      if (unsigned >= 0xc0) {
        int size = unsigned >= 0xf0 ? 4 : unsigned >= 0xe0 ? 3 : 2;
        return size > back ? bytes.length - back : bytes.length;
      }
      if (unsigned < 0x80) {
        return bytes.length;
      }
    }
    return bytes.length;
  }

  private String pendingReason(String project, boolean paused) {
    if (paused) {
      return "paused";
    }
    if (!projects.isAvailable()) {
      return "cluster_unavailable";
    }
    var running = projects.find(project).filter(Project::isRunning).isPresent();
    return running ? LIMIT : "project_not_running";
  }
}
