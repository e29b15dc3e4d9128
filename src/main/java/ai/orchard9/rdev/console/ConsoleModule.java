package ai.orchard9.rdev.console;

import ai.orchard9.rdev.apikey.ApiKeyService;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.audit.AuditService;
import ai.orchard9.rdev.claudeconfig.ClaudeConfigService;
import ai.orchard9.rdev.command.CommandModule;
import ai.orchard9.rdev.command.history.CommandHistory;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.queue.QueueModule;
import ai.orchard9.rdev.console.history.ServerHistory;
import ai.orchard9.rdev.project.ProjectCatalog;
import ai.orchard9.rdev.ratelimit.Limits;
import ai.orchard9.rdev.stream.StreamModule;
import ai.orchard9.rdev.webhook.WebhookModule;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jersey.setup.JerseyEnvironment;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/// Wires the room, one part of the pages at a time.
public final class ConsoleModule {
  private final JerseyEnvironment jersey;

  private ConsoleModule(JerseyEnvironment jersey) {
    this.jersey = jersey;
  }

  /// Registers what all pages share, and the login.
  ///
  /// @param templates a folder whose templates and assets win over the jar's; empty: none
  public static ConsoleModule install(
      Environment environment, Sessions sessions, Optional<Path> templates) {
    var jersey = environment.jersey();
    jersey.register(new PageFilter(new Pages(templates)));
    jersey.register(new FormGuard());
    jersey.register(new LoginResource(sessions));
    jersey.register(new AssetResource(templates));
    return new ConsoleModule(jersey);
  }

  /// The page that comes first.
  ///
  /// @param breaker `closed`, `open` or `half_open`, now
  public void overview(
      ProjectCatalog projects,
      CommandModule commands,
      QueueModule queue,
      ApiKeyService keys,
      WebhookModule webhooks,
      Supplier<String> breaker,
      CommandHistory history,
      ServerHistory servers,
      InstantSource clock) {
    var attention =
        new Attention(
            projects,
            commands.service(),
            queue.pauses(),
            keys,
            webhooks.webhooks(),
            breaker,
            clock);
    jersey.register(new OverviewPages(attention, queue.overview(), history, servers, clock));
  }

  /// Pages of projects and commands.
  public void commands(
      ProjectCatalog projects,
      CommandModule commands,
      QueueModule queue,
      OutputLog output,
      StreamModule streams) {
    jersey.register(
        new ProjectPages(projects, commands.service(), commands.requests(), queue.overview()));
    jersey.register(new ConversationPages(projects, commands.service()));
    jersey.register(new CommandPages(commands, output));
    jersey.register(new CommandEventsPage(streams));
    jersey.register(new CommandOutputPage(streams));
  }

  /// Pages of what a project's agent reads.
  public void claudeConfig(ProjectCatalog projects, ClaudeConfigService configuration) {
    jersey.register(new ClaudeConfigPages(projects, configuration));
  }

  /// Pages of keys.
  public void keys(ApiKeyService keys) {
    jersey.register(new KeyPages(keys));
  }

  /// The page of the queue.
  public void queue(
      ProjectCatalog projects, CommandModule commands, QueueModule queue, AuditLog audit) {
    jersey.register(new QueuePages(projects, commands.service(), queue, audit));
  }

  /// The page of the limits.
  public void limits(Limits limits) {
    jersey.register(new LimitPages(limits));
  }

  /// Pages of webhooks and deliveries.
  public void webhooks(WebhookModule webhooks) {
    jersey.register(new WebhookPages(webhooks));
    jersey.register(new DeliveryPages(webhooks));
  }

  /// Pages of the record.
  public void audit(AuditService audit) {
    jersey.register(new AuditPages(audit));
  }
}
