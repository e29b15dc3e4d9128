package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.apikey.ApiKeyService;
import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.command.CommandService;
import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.model.Requester;
import ai.orchard9.rdev.command.queue.Roundup;
import ai.orchard9.rdev.command.queue.Selection;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.ops.server.LiveServer;
import ai.orchard9.rdev.ops.server.Servers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// `commands`: shows what runs on all servers, and ends one command, or all of a project or a key.
public final class CommandsTask implements AdminTask {
  private static final String CANCEL = "cancel";
  private static final String CANCEL_PROJECT = "cancel_project";
  private static final String CANCEL_KEY = "cancel_key";

  /// Between TERM and KILL, as where the API is not told otherwise.
  static final Duration GRACE = Duration.ofSeconds(5);

  private final CommandService service;
  private final Roundup commands;
  private final ApiKeyService keys;
  private final Servers servers;

  public CommandsTask(
      CommandService service, Roundup commands, ApiKeyService keys, Servers servers) {
    this.service = service;
    this.commands = commands;
    this.keys = keys;
    this.servers = servers;
  }

  @Override
  public String name() {
    return "commands";
  }

  @Override
  public List<String> usage() {
    return List.of(
        CANCEL + "=<id>", CANCEL_PROJECT + "=<project>", CANCEL_KEY + "=<prefix>|<key id>|admin");
  }

  @Override
  public boolean isChange(Arguments arguments) {
    return List.of(CANCEL, CANCEL_PROJECT, CANCEL_KEY).stream()
        .anyMatch(it -> arguments.find(it).isPresent());
  }

  @Override
  public List<String> run(Arguments arguments) {
    List.of(CANCEL, CANCEL_PROJECT, CANCEL_KEY).stream()
        .filter(it -> arguments.find(it).isPresent())
        .forEach(arguments::alone);
    var one = arguments.find(CANCEL);
    if (one.isPresent()) {
      return cancel(one.get(), arguments.isDryRun());
    }
    var chosen =
        arguments
            .project(CANCEL_PROJECT)
            .map(Selection::ofProject)
            .or(() -> arguments.find(CANCEL_KEY).map(this::ofKey));
    return chosen.isPresent() ? cancel(chosen.get(), arguments.isDryRun()) : show();
  }

  private List<String> show() {
    return CommandLines.running(
        commands,
        keys,
        servers.list().stream().collect(Collectors.toMap(LiveServer::id, LiveServer::name)));
  }

  private Selection ofKey(String text) {
    return Selection.ofKey(
        text.equals(MeantKey.ADMIN)
            ? Optional.empty()
            : Optional.of(MeantKey.find(keys, CANCEL_KEY, text).id()));
  }

  private List<String> cancel(Selection chosen, boolean isDryRun) {
    return isDryRun
        ? CommandLines.wouldCancel(commands, chosen)
        : CommandLines.cancelled(commands.cancel(chosen, GRACE, Requester.of(Actor.OPERATOR)));
  }

  private List<String> cancel(String id, boolean isDryRun) {
    var command =
        CommandId.parse(id)
            .flatMap(service::find)
            .orElseThrow(() -> ApiException.badField(CANCEL, "there is no such command"));
    if (command.status().isFinal()) {
      return List.of(line("ended_already=", command));
    }
    if (isDryRun) {
      return List.of(line("would_cancel=", command));
    }
    var now = service.cancel(command.id(), GRACE, Requester.of(Actor.OPERATOR));
    return List.of(line(now.status().isFinal() ? "cancelled=" : "cancelling=", now));
  }

  private static String line(String word, Command command) {
    return word
        + command.id()
        + " project="
        + command.project()
        + " status="
        + command.status().wire();
  }
}
