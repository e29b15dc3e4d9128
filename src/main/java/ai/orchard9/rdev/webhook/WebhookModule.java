package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.webhook.send.Secrets;
import ai.orchard9.rdev.webhook.send.Sender;
import ai.orchard9.rdev.webhook.send.TargetRefusedException;
import ai.orchard9.rdev.webhook.send.Targets;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.lifecycle.AutoCloseableManager;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.jdbi.v3.core.Jdbi;

/// Wires the room.
///
/// @param webhooks for those who show subscriptions
/// @param requests for those who make and change them
/// @param deliveries for those who show what was sent
/// @param pauses holds deliveries
public record WebhookModule(
    WebhookService webhooks,
    WebhookRequests requests,
    DeliveryService deliveries,
    WebhookPauses pauses) {

  /// Registers the resources, and starts to tell and to deliver with the service.
  ///
  /// @param requests a pool whose waits are as short as a request's
  /// @param work a pool for background work
  /// @param life who numbers what becomes of commands
  /// @param targets what may be sent to
  /// @param sender sends; closed with the service
  public static WebhookModule install(
      Environment environment,
      Jdbi requests,
      Jdbi work,
      ProjectEvents life,
      AuditLog audit,
      Targets targets,
      Sender sender,
      Secrets secrets,
      WebhookConfig config,
      InstantSource clock,
      BackgroundMetrics background,
      PrometheusRegistry registry) {
    var metrics = new WebhookMetrics(registry);
    var attempts = new Attempts(sender, secrets, new RetryPlan(new SecureRandom()), clock, metrics);
    var dispatcher =
        new Dispatcher(
            new Claims(work),
            attempts,
            new Recorder(work, audit, metrics),
            config.inFlight(),
            background,
            metrics);
    var webhooks = new WebhookService(requests, audit, secrets, clock);
    var asked = new WebhookRequests(webhooks, url -> check(targets, metrics, url));
    var deliveries = new DeliveryService(requests, audit, webhooks, dispatcher::wake);
    life.tell(new EventWriter(dispatcher::wake));
    environment.lifecycle().manage(new AutoCloseableManager(sender));
    environment.lifecycle().manage(dispatcher);
    environment
        .lifecycle()
        .manage(
            new Housekeeping(
                work, new Resealing(work, secrets), config.retention(), background, metrics));
    environment.jersey().register(new WebhookResource(webhooks, deliveries, asked));
    environment.jersey().register(new DeliveryResource(deliveries));
    environment.jersey().register(new FeedResource(deliveries));
    return new WebhookModule(
        webhooks, asked, deliveries, new WebhookPauses(requests, dispatcher::wake));
  }

  private static String check(Targets targets, WebhookMetrics metrics, String url)
      throws TargetRefusedException {
    try {
      return targets.check(url).toString();
    } catch (TargetRefusedException refused) {
      metrics.refusedAtRequest();
      throw refused;
    }
  }
}
