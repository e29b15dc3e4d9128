package ai.orchard9.rdev;

import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.database.Database;
import ai.orchard9.rdev.http.Timestamps;
import ai.orchard9.rdev.ops.task.WebhooksTask;
import ai.orchard9.rdev.webhook.WebhookConfig;
import ai.orchard9.rdev.webhook.WebhookModule;
import ai.orchard9.rdev.webhook.WebhookPauses;
import ai.orchard9.rdev.webhook.send.HostResolver;
import ai.orchard9.rdev.webhook.send.HttpSender;
import ai.orchard9.rdev.webhook.send.Secrets;
import ai.orchard9.rdev.webhook.send.Targets;
import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts webhooks together: what may be sent to, who sends, and what operators can hold.
final class Webhooks {
  private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);

  private Webhooks() {}

  static WebhookModule install(
      RdevConfiguration configuration,
      Environment environment,
      Database database,
      InstantSource clock,
      ProjectEvents life,
      AuditLog audit,
      BackgroundMetrics background,
      PrometheusRegistry registry) {
    var settings = configuration.getWebhooks();
    var secrets = Secrets.parse(settings.secretKey().value());
    if (secrets.isPlain()) {
      LOG.warn("secrets of webhooks are stored as they are; set WEBHOOK_SECRET_KEY to seal them");
    }
    var targets = new Targets(settings.allowed(), HostResolver.system());
    return WebhookModule.install(
        environment,
        database.api(),
        database.background(),
        life,
        audit,
        targets,
        new HttpSender(targets, connecting(settings), clock),
        secrets,
        new WebhookConfig(settings.inFlight(), configuration.getOutputRetention().toJavaDuration()),
        clock,
        background,
        registry);
  }

  private static HttpSender.Settings connecting(RdevConfiguration.Webhooks settings) {
    var direct = HttpSender.Settings.direct(settings.inFlight());
    return HttpSender.Settings.proxy(settings.proxy()).map(direct::through).orElse(direct);
  }

  static WebhooksTask task(WebhookModule module) {
    return new WebhooksTask(new Held(module.pauses()));
  }

  private record Held(WebhookPauses pauses) implements WebhooksTask.Deliveries {
    @Override
    public boolean pause(String by) {
      return pauses.pause(by);
    }

    @Override
    public boolean resume() {
      return pauses.resume();
    }

    @Override
    public List<String> show() {
      var pause = pauses.find();
      var lines = new ArrayList<String>();
      lines.add("paused=" + pause.isPresent());
      lines.add("pending=" + pauses.backlog());
      pause.ifPresent(
          it -> lines.add("pause=all since=" + Timestamps.format(it.since()) + " by=" + it.by()));
      return lines;
    }
  }
}
