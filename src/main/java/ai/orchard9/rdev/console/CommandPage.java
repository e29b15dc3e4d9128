package ai.orchard9.rdev.console;

import ai.orchard9.rdev.command.CommandRequests;
import ai.orchard9.rdev.command.PendingState;
import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One command. Public only because Thymeleaf reads it.
///
/// @param text what was asked for, as it was
/// @param ended whether its status will not change any more
/// @param errorMessage why it failed; null: it did not, or nothing more is known
/// @param kill its receipt in words; null: nothing was killed
/// @param agent what a claude run has told of itself; null: nothing
/// @param waits where it stands; null: it does not wait
/// @param environment names only; their values are not kept
/// @param curl the same once more, at a terminal
public record CommandPage(
    CommandRow row,
    String text,
    boolean ended,
    @Nullable String exit,
    @Nullable String errorMessage,
    @Nullable String kill,
    @Nullable AgentFacts agent,
    @Nullable Waits waits,
    List<Step> timeline,
    String priority,
    @Nullable String waited,
    String timeout,
    String stdoutBytes,
    String stderrBytes,
    boolean printed,
    @Nullable String podName,
    int attempt,
    int adoptions,
    int background,
    @Nullable String workdir,
    List<String> environment,
    Map<String, String> metadata,
    String requestId,
    @Nullable String traceId,
    @Nullable String keyId,
    long lastEventId,
    List<OutputTail.Line> tail,
    String curl) {

  /// Where a command that waits stands. Public only because Thymeleaf reads it.
  public record Waits(int position, String reason, @Nullable String eta) {
    static Waits of(PendingState state) {
      var eta = state.etaSeconds();
      return new Waits(
          state.position(),
          switch (state.reason()) {
            case "paused" -> "the queue is paused";
            case "project_not_running" -> "the project is not running";
            case "cluster_unavailable" -> "the cluster cannot be reached";
            default -> "as many commands as may run there are running";
          },
          eta == null ? null : Words.duration(eta * 1000));
    }
  }

  /// Something that happened to it. Public only because Thymeleaf reads it.
  ///
  /// @param look `ok`, `bad`, `now` or `todo`
  public record Step(String look, String what, @Nullable When when, @Nullable String more) {}

  static CommandPage of(
      Command command, Optional<PendingState> pending, List<OutputTail.Line> tail, String address) {
    var request = command.request();
    var names = new ArrayList<String>();
    request.path("env").forEach(it -> names.add(it.asText()));
    var metadata = new TreeMap<String, String>();
    command
        .metadata()
        .properties()
        .forEach(it -> metadata.put(it.getKey(), it.getValue().asText()));
    return new CommandPage(
        CommandRow.of(command),
        CommandRow.text(command),
        command.status().isFinal(),
        exit(command),
        command.errorMessage(),
        KillWords.of(command.killReceipt()),
        AgentFacts.of(command),
        pending.map(Waits::of).orElse(null),
        timeline(command),
        command.priority().wire(),
        Words.duration(command.queueMillis()),
        String.valueOf(Words.duration(command.timeoutSeconds() * 1000L)),
        Words.bytes(command.stdoutBytes()),
        Words.bytes(command.stderrBytes()),
        command.lastEventId() > 0,
        command.podName(),
        command.attempt(),
        command.adoptions(),
        command.background() == null ? 0 : command.background(),
        request.path("workdir").isTextual() ? request.path("workdir").asText() : null,
        names,
        metadata,
        command.requestId(),
        command.traceId(),
        command.keyId() == null ? null : command.keyId().toString(),
        command.lastEventId(),
        tail,
        curl(command, address));
  }

  private static @Nullable String exit(Command command) {
    if (command.exitCode() == null) {
      return null;
    }
    return command.signal() == null
        ? command.exitCode().toString()
        : command.exitCode() + " (signal " + command.signal() + ")";
  }

  private static List<Step> timeline(Command command) {
    var steps = new ArrayList<Step>();
    steps.add(new Step("ok", "Queued", When.of(command.createdAt()), "by " + command.keyName()));
    if (command.startedAt() != null) {
      var more =
          command.attempt() > 1
              ? "attempt " + command.attempt() + ": before, it never started"
              : command.podName();
      steps.add(new Step("ok", "Started", When.of(command.startedAt()), more));
    }
    if (command.adoptions() > 0) {
      var times = command.adoptions() == 1 ? "once" : command.adoptions() + " times";
      steps.add(
          new Step("ok", "Taken over", null, times + " by another server; it ran on meanwhile"));
    }
    if (command.finishedAt() != null) {
      var look = command.status() == CommandStatus.COMPLETED ? "ok" : "bad";
      steps.add(new Step(look, "Finished", When.of(command.finishedAt()), command.status().wire()));
    } else {
      var what = command.startedAt() == null ? "Waits" : "Runs";
      steps.add(new Step("now", what, null, null));
    }
    return List.copyOf(steps);
  }

  private static String curl(Command command, String address) {
    var body = CommandRequests.bodyOf(command).toString().replace("'", "'\\''");
    return "curl -H \"X-API-Key: $RDEV_KEY\" -H 'Content-Type: application/json' -d '"
        + body
        + "' "
        + address
        + "/projects/"
        + command.project()
        + "/"
        + command.type().wire();
  }
}
