package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.policy.ShellPolicy;
import ai.orchard9.rdev.command.queue.QueueModule;
import ai.orchard9.rdev.project.ProjectCatalog;
import io.dropwizard.core.setup.Environment;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;

/// Wires the room.
public final class CommandModule {
  private final CommandService service;
  private final QueueModule queue;
  private final CommandViews views;
  private final Waiting waiting;
  private final ProjectCatalog projects;
  private final Set<String> claudeEnvironment;

  private CommandModule(
      CommandService service,
      QueueModule queue,
      CommandViews views,
      Waiting waiting,
      ProjectCatalog projects,
      Set<String> claudeEnvironment) {
    this.service = service;
    this.queue = queue;
    this.views = views;
    this.waiting = waiting;
    this.projects = projects;
    this.claudeEnvironment = claudeEnvironment;
  }

  /// Builds the room.
  ///
  /// @param requests a pool whose waits are as short as a request's
  /// @param maximumWaiting how many clients may wait for an end at once
  public static CommandModule create(
      Jdbi requests,
      QueueModule queue,
      ProjectCatalog projects,
      OutputLog output,
      InstantSource clock,
      int maximumWaiting,
      ShellPolicy shellPolicy,
      Set<String> claudeEnvironment) {
    var service = new CommandService(requests, projects, queue, shellPolicy, clock);
    var views = new CommandViews(requests, output, projects, queue);
    var waiting = new Waiting(output, maximumWaiting);
    return new CommandModule(service, queue, views, waiting, projects, claudeEnvironment);
  }

  /// Serves the room's part of the API.
  ///
  /// @param live who answers with events
  public void install(Environment environment, LiveAnswer live) {
    var rules = new SubmissionRules(claudeEnvironment);
    var submitting = new Submitting(service, projects, rules, views, waiting, live);
    environment.jersey().register(new ShellResource(submitting));
    environment.jersey().register(new GitResource(submitting));
    environment.jersey().register(new ClaudeResource(submitting));
    environment.jersey().register(new CommandResource(service, views, waiting));
    environment.jersey().register(new AgentSessionResource(service));
    environment.jersey().register(new QueueResource(queue.overview(), projects));
  }

  /// Submits what does not come as a body of the API.
  public CommandRequests requests() {
    return new CommandRequests(service, new SubmissionRules(claudeEnvironment));
  }

  /// Where a command that waits stands, and why it does.
  public Optional<PendingState> pending(Command command) {
    return views.pending(command);
  }

  /// Submits, finds and changes.
  public CommandService service() {
    return service;
  }
}
