package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditEntry;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.RequestContext;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;

/// Shows what was sent, and sends by request.
public final class DeliveryService {
  /// Events that one replay queues: what a request's transaction can write.
  static final int MOST_REPLAYED = 10_000;

  /// A delivery and its attempts are read by two statements, between which one may end.
  private static final TransactionIsolationLevel AS_OF_ONE_MOMENT =
      TransactionIsolationLevel.REPEATABLE_READ;

  private final Jdbi jdbi;
  private final AuditLog audit;
  private final WebhookService webhooks;
  private final Runnable wake;

  /// @param wake runs when there is something to deliver
  DeliveryService(Jdbi jdbi, AuditLog audit, WebhookService webhooks, Runnable wake) {
    this.jdbi = jdbi;
    this.audit = audit;
    this.webhooks = webhooks;
    this.wake = wake;
  }

  /// A delivery with all its attempts, oldest first.
  public record Shown(Delivery delivery, List<RecordedAttempt> attempts) {
    public Shown {
      attempts = List.copyOf(attempts);
    }
  }

  /// What a replay has queued.
  ///
  /// @param nextSince where to go on; null: that was all
  record Replay(int count, @Nullable Instant nextSince) {}

  /// Sends a `webhook.test`, also when the webhook is disabled. It is numbered like all others.
  ///
  /// @throws ApiException.NotFound malformed, unknown, deleted, or not the caller's to see
  public Shown test(Caller caller, String id, RequestContext request) {
    var webhookId = Ids.parse(id).orElseThrow(WebhookErrors::notFound);
    var sent =
        jdbi.inTransaction(
            handle -> {
              var webhook = WebhookService.lock(handle.attach(WebhookDao.class), caller, webhookId);
              var dao = handle.attach(EventDao.class);
              var at = dao.now();
              var eventId = Ids.random(at);
              var sequence = webhook.lastSequence() + 1;
              var payload = Payload.test(eventId, sequence, at);
              var event =
                  new NewEvent(webhookId, sequence, eventId, EventType.TEST, at, payload, true);
              dao.insert(new EventColumns(List.of(event)), true);
              dao.advance(new UUID[] {webhookId}, new Long[] {sequence});
              record(handle, caller, "webhook.tested", request, webhookId, "delivery_id", eventId);
              return DeliverySearch.find(handle, webhookId, eventId).orElseThrow();
            });
    wake.run();
    return new Shown(sent, List.of());
  }

  /// The newest deliveries below that number, newest first; those of a deleted webhook, too.
  ///
  /// @throws ApiException.NotFound malformed, unknown, or not the caller's to see
  public List<Shown> list(Caller caller, String id, DeliveryFilter filter, long below, int rows) {
    var webhook = webhooks.getRecorded(caller, id);
    return jdbi.inTransaction(
        AS_OF_ONE_MOMENT,
        handle -> shown(handle, DeliverySearch.list(handle, webhook.id(), filter, below, rows)));
  }

  /// One delivery; that of a deleted webhook, too.
  ///
  /// @throws ApiException.NotFound malformed, unknown, or not the caller's to see
  Shown get(Caller caller, String id, String delivery) {
    var webhook = webhooks.getRecorded(caller, id);
    var deliveryId = Ids.parse(delivery).orElseThrow(WebhookErrors::noDelivery);
    return jdbi.inTransaction(
        AS_OF_ONE_MOMENT, handle -> shown(handle, find(handle, webhook.id(), deliveryId)));
  }

  /// One delivery, of whatever webhook; that of a deleted one, too.
  ///
  /// @throws ApiException.NotFound malformed, unknown, or of a webhook that is not the caller's to
  ///   see
  public Shown get(Caller caller, String delivery) {
    var id = Ids.parse(delivery).orElseThrow(WebhookErrors::noDelivery);
    return jdbi.inTransaction(
        AS_OF_ONE_MOMENT,
        handle -> {
          var dao = handle.attach(WebhookDao.class);
          var found =
              DeliverySearch.find(handle, id)
                  .filter(
                      it ->
                          dao.find(it.webhookId()).stream()
                              .anyMatch(webhook -> webhook.isVisibleTo(caller)))
                  .orElseThrow(WebhookErrors::noDelivery);
          return shown(handle, found);
        });
  }

  /// Sends one again, from its first attempt on, also when the webhook is disabled.
  ///
  /// @throws ApiException.NotFound malformed, unknown, or not the caller's to see
  /// @throws ApiException.Conflict it is being sent
  public Shown redeliver(Caller caller, String id, String delivery, RequestContext request) {
    var webhookId = Ids.parse(id).orElseThrow(WebhookErrors::notFound);
    var deliveryId = Ids.parse(delivery);
    var again =
        jdbi.inTransaction(
            handle -> {
              WebhookService.lock(handle.attach(WebhookDao.class), caller, webhookId);
              var found =
                  find(handle, webhookId, deliveryId.orElseThrow(WebhookErrors::noDelivery));
              var dao = handle.attach(DeliveryDao.class);
              if (dao.redeliver(found.id(), webhookId, found.sequence()) == 0) {
                throw WebhookErrors.beingDelivered();
              }
              record(
                  handle,
                  caller,
                  "webhook.redelivered",
                  request,
                  webhookId,
                  "delivery_id",
                  found.id());
              return shown(handle, find(handle, webhookId, found.id()));
            });
    wake.run();
    return again;
  }

  /// Sends all events since then that are not on their way, delivered or not, oldest first; at most
  /// [#MOST_REPLAYED].
  ///
  /// @throws ApiException.NotFound malformed, unknown, deleted, or not the caller's to see
  /// @throws ApiException.Conflict the webhook is disabled
  Replay replay(Caller caller, String id, Instant since, RequestContext request) {
    var webhookId = Ids.parse(id).orElseThrow(WebhookErrors::notFound);
    var replayed =
        jdbi.inTransaction(
            handle -> {
              var webhook = WebhookService.lock(handle.attach(WebhookDao.class), caller, webhookId);
              if (!webhook.enabled()) {
                throw WebhookErrors.disabled();
              }
              var done = handle.attach(DeliveryDao.class).replay(webhookId, since, MOST_REPLAYED);
              record(handle, caller, "webhook.replayed", request, webhookId, "count", done.count());
              return done;
            });
    wake.run();
    return new Replay(
        replayed.count(), replayed.count() < MOST_REPLAYED ? null : replayed.newest());
  }

  /// Bodies behind a number, in order, sent or not; those of a deleted webhook, too.
  ///
  /// @throws ApiException.NotFound malformed, unknown, or not the caller's to see
  List<DeliveryDao.Body> events(Caller caller, String id, long after, int rows) {
    var webhook = webhooks.getRecorded(caller, id);
    return jdbi.withExtension(DeliveryDao.class, dao -> dao.events(webhook.id(), after, rows));
  }

  private static Delivery find(Handle handle, UUID webhook, UUID id) {
    return DeliverySearch.find(handle, webhook, id).orElseThrow(WebhookErrors::noDelivery);
  }

  private static Shown shown(Handle handle, Delivery delivery) {
    return shown(handle, List.of(delivery)).getFirst();
  }

  private static List<Shown> shown(Handle handle, List<Delivery> deliveries) {
    var ids = deliveries.stream().map(Delivery::id).toArray(UUID[]::new);
    var attempts =
        handle.attach(DeliveryDao.class).attempts(ids).stream()
            .collect(Collectors.groupingBy(RecordedAttempt::eventId));
    return deliveries.stream()
        .map(it -> new Shown(it, attempts.getOrDefault(it.id(), List.of())))
        .toList();
  }

  private void record(
      Handle handle,
      Caller caller,
      String action,
      RequestContext request,
      UUID webhook,
      String name,
      Object value) {
    audit.append(
        handle,
        AuditEntry.allowed(
            Actor.of(caller), action, request, webhook.toString(), Map.of(name, text(value))));
  }

  private static Object text(Object value) {
    return value instanceof UUID id ? id.toString() : value;
  }
}
