package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.output.CommandKey;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.output.StreamName;
import ai.orchard9.rdev.project.Project;
import ai.orchard9.rdev.project.ProjectCatalog;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Shows commands to clients.
final class CommandViews {
  /// How much of each stream an answer carries as text (contract section 5).
  private static final int OUTPUT_BYTES = 1 << 20;

  private final Jdbi jdbi;
  private final OutputLog output;
  private final ProjectCatalog projects;
  private final Function<CommandId, Integer> position;

  CommandViews(
      Jdbi jdbi, OutputLog output, ProjectCatalog projects, Function<CommandId, Integer> position) {
    this.jdbi = jdbi;
    this.output = output;
    this.projects = projects;
    this.position = position;
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

  SubmittedResponse submitted(Command command) {
    return SubmittedResponse.of(command, positionOf(command));
  }

  CommandResponse full(Command command) {
    return CommandResponse.of(command, positionOf(command), pendingReason(command));
  }

  /// In lists positions are left out: each would be a query.
  CommandResponse listed(Command command) {
    return CommandResponse.of(command, null, pendingReason(command));
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

  private @Nullable Integer positionOf(Command command) {
    return command.status() == CommandStatus.PENDING ? position.apply(command.id()) : null;
  }

  private @Nullable String pendingReason(Command command) {
    if (command.status() != CommandStatus.PENDING) {
      return null;
    }
    if (!projects.isAvailable()) {
      return "cluster_unavailable";
    }
    var running = projects.find(command.project()).filter(Project::isRunning).isPresent();
    return running ? "limit" : "project_not_running";
  }
}
