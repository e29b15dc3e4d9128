package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.audit.AuditModule;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.command.life.Fact;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.webhook.send.Attempt;
import ai.orchard9.rdev.webhook.send.Message;
import ai.orchard9.rdev.webhook.send.Secrets;
import ai.orchard9.rdev.webhook.send.Sender;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Webhooks of one server over a real database, stepped by hand; what receivers answer is told.
final class DeliveryFixture {
  static final Caller ALICE = Caller.admin("alice", "admin");
  static final RequestContext REQUEST = new RequestContext("r-1", "192.0.2.1");

  final Jdbi jdbi;
  final WebhookService webhooks;
  final DeliveryService deliveries;
  final Dispatcher dispatcher;
  final Claims claims;
  final Recorder recorder;
  final Housekeeping housekeeping;
  final Queue<Attempt> answers = new ConcurrentLinkedQueue<>();
  final List<Message> sent = Collections.synchronizedList(new ArrayList<>());

  final PrometheusRegistry registry = new PrometheusRegistry();

  DeliveryFixture(Jdbi jdbi) {
    this.jdbi = jdbi;
    var background = new BackgroundMetrics(registry);
    var metrics = new WebhookMetrics(registry);
    var audit = AuditModule.log(jdbi);
    var secrets = Secrets.plain();
    this.claims = new Claims(jdbi);
    this.recorder = new Recorder(jdbi, audit, metrics);
    var attempts =
        new Attempts(
            new Told(), secrets, new RetryPlan(new Random(7)), InstantSource.system(), metrics);
    this.dispatcher = new Dispatcher(claims, attempts, recorder, 100, background, metrics);
    this.webhooks = new WebhookService(jdbi, audit, secrets, InstantSource.system());
    this.deliveries = new DeliveryService(jdbi, audit, webhooks, () -> {});
    this.housekeeping =
        new Housekeeping(
            jdbi, new Resealing(jdbi, secrets), Duration.ofDays(30), background, metrics);
  }

  /// Answers as told, else 204.
  private final class Told implements Sender {
    @Override
    public Attempt send(Message message, Duration limit) {
      sent.add(message);
      return Optional.ofNullable(answers.poll()).orElseGet(() -> answered(204, Duration.ZERO));
    }

    @Override
    public void close() {}
  }

  static Attempt answered(int status, Duration duration) {
    return new Attempt.Answered(status, Optional.empty(), duration);
  }

  static Attempt timeout() {
    return new Attempt.Failed("timed out", Duration.ofSeconds(10));
  }

  Webhook webhook(boolean enabled, @Nullable List<String> projects) {
    var url = "http://192.0.2.1/hook";
    return webhooks
        .create(
            ALICE,
            new Subscription(url, url, EventType.subscribable(), projects, null, enabled),
            REQUEST)
        .webhook();
  }

  String test(Webhook webhook) {
    return deliveries.test(ALICE, webhook.id().toString(), REQUEST).delivery().id().toString();
  }

  DeliveryService.Shown shown(Webhook webhook, String delivery) {
    return deliveries.get(ALICE, webhook.id().toString(), delivery);
  }

  Webhook shown(Webhook webhook) {
    return webhooks.get(ALICE, webhook.id().toString());
  }

  /// Tells a fact of a project.
  void tell(String project, String status, Instant at) {
    jdbi.useTransaction(
        handle ->
            new EventWriter(() -> {})
                .tell(
                    handle,
                    List.of(
                        new Fact(project, "cmd-1", "shell", status, 0, 1L, null, null, "{}", at))));
  }

  /// Delivers all that is due, and waits until that is written down.
  void deliverAll() {
    do {
      Awaitility.await().pollInterval(Duration.ofMillis(2)).until(() -> dispatcher.inFlight() == 0);
    } while (dispatcher.dispatch() > 0);
  }

  void execute(String sql) {
    jdbi.useHandle(handle -> handle.execute(sql));
  }

  long number(String sql) {
    return jdbi.withHandle(handle -> handle.createQuery(sql).mapTo(Long.class).one());
  }

  /// Has all that waits be due.
  void skipWaiting() {
    execute("UPDATE webhook_queue SET due = clock_timestamp() WHERE NOT leased");
  }

  static UUID id(String text) {
    return UUID.fromString(text);
  }
}
