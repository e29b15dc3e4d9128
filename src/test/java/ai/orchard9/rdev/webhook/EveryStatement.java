package ai.orchard9.rdev.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.Plans;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Every statement of the room once, over whatever is in its tables; what they change is put back.
final class EveryStatement implements Plans.Everything {
  private static final int KEPT_SECONDS = 30 * 24 * 3600;

  private final Jdbi jdbi;
  private final UUID webhook;

  /// @param webhook has events, and deliveries that are due
  EveryStatement(Jdbi jdbi, UUID webhook) {
    this.jdbi = jdbi;
    this.webhook = webhook;
  }

  @Override
  public List<Method> methods() {
    return Stream.of(
            EventDao.class,
            ClaimDao.class,
            RecordDao.class,
            DeliveryDao.class,
            RetentionDao.class,
            SecretDao.class,
            WebhookDao.class)
        .flatMap(it -> Stream.of(it.getDeclaredMethods()))
        .toList();
  }

  @Override
  public void run() {
    jdbi.useTransaction(
        handle -> {
          subscribe(handle);
          tell(handle);
          search(handle);
          deliver(handle);
          sendAgain(handle);
          pause(handle);
          keep(handle);
          handle.rollback();
        });
  }

  private void subscribe(Handle handle) {
    var dao = handle.attach(WebhookDao.class);
    var id = new UUID(7, 7);
    var subscription =
        new Subscription(
            "http://192.0.2.1/", "http://192.0.2.1/", EventType.subscribable(), null, null, true);
    dao.insert(id, subscription, "alice");
    dao.insertSecret(id, "plain");
    dao.retireSecrets(id, 60);
    dao.update(id, subscription);
    dao.clearLane(id);
    assertThat(dao.countSecrets(id)).isOne();
    var secrets = handle.attach(SecretDao.class);
    assertThat(secrets.list()).isNotEmpty();
    assertThat(secrets.replace(id, 1, "plain", "other")).isOne();
    assertThat(dao.find(webhook)).isPresent();
    assertThat(dao.lock(webhook)).isPresent();
    assertThat(dao.count()).isPositive();
    dao.list(null, null, null, 51);
    dao.list(new String[] {"demo"}, Instant.now(), id, 51);
    dao.eraseSecrets(id);
    assertThat(dao.delete(id)).isOne();
  }

  private void tell(Handle handle) {
    var dao = handle.attach(EventDao.class);
    assertThat(dao.hasWebhooks()).isTrue();
    dao.lockSubscribers(new String[] {"command.started"}, new String[] {"demo"});
    var sequence = newest(handle) + 1;
    var row =
        new NewEvent(webhook, sequence, new UUID(8, 8), EventType.TEST, dao.now(), "{}", true);
    assertThat(dao.insert(new EventColumns(List.of(row)), false)).isOne();
    dao.advance(new UUID[] {webhook}, new Long[] {sequence});
  }

  private long newest(Handle handle) {
    return handle.attach(WebhookDao.class).find(webhook).orElseThrow().lastSequence();
  }

  private void search(Handle handle) {
    assertThat(DeliverySearch.find(handle, webhook, new UUID(8, 8))).isPresent();
    assertThat(DeliverySearch.find(handle, new UUID(8, 8))).isPresent();
    Stream.concat(Stream.of(Optional.<Delivery.Status>empty()), statuses())
        .forEach(
            it -> {
              list(handle, it.orElse(null), null, Long.MAX_VALUE);
              list(handle, it.orElse(null), "command.started", newest(handle) / 2);
            });
    assertThat(handle.attach(DeliveryDao.class).events(webhook, 0, 51)).isNotEmpty();
  }

  private static Stream<Optional<Delivery.Status>> statuses() {
    return Arrays.stream(Delivery.Status.values()).map(Optional::of);
  }

  private void list(
      Handle handle, Delivery.@Nullable Status status, @Nullable String event, long below) {
    DeliverySearch.list(handle, webhook, new DeliveryFilter(status, event), below, 51);
  }

  private static void deliver(Handle handle) {
    var dao = handle.attach(ClaimDao.class);
    var lanes = dao.lanes(50);
    assertThat(lanes).isNotEmpty();
    var held = lanes.stream().map(ClaimDao.Lane::webhookId).toArray(UUID[]::new);
    var three = lanes.stream().map(_ -> 3).toArray(Integer[]::new);
    var rows = dao.claim(held, three, three, 60);
    assertThat(rows).hasSizeGreaterThan(2);
    var taken =
        dao.outgoing(
            rows.stream().map(ClaimDao.Row::webhookId).toArray(UUID[]::new),
            rows.stream().map(ClaimDao.Row::sequence).toArray(Long[]::new));
    assertThat(taken).hasSameSizeAs(rows);
    record(handle.attach(RecordDao.class), rows);
  }

  private static void record(RecordDao dao, List<ClaimDao.Row> rows) {
    var ids = rows.stream().map(ClaimDao.Row::webhookId).distinct().toArray(UUID[]::new);
    var none = new UUID[0];
    dao.lockChanging(ids, none, ids, none, RecordDao.FAILING_HOURS);
    var outcomes = Outcome.values();
    var verdicts =
        rows.stream()
            .map(it -> verdict(it, outcomes[(int) (it.token() % outcomes.length)]))
            .toList();
    assertThat(dao.record(new VerdictColumns(verdicts))).hasSameSizeAs(rows);
    dao.failing(ids);
    dao.recovered(ids);
    dao.slow(ids, Arrays.stream(ids).map(_ -> 1).toArray(Integer[]::new), all(ids, true));
    dao.quick(ids);
    assertThat(dao.disable(ids, new UUID[] {ids[0]}, RecordDao.FAILING_HOURS)).hasSize(1);
  }

  private static Boolean[] all(UUID[] ids, boolean value) {
    return Arrays.stream(ids).map(_ -> value).toArray(Boolean[]::new);
  }

  private static Verdict verdict(ClaimDao.Row row, Outcome outcome) {
    var claim =
        new Claim(
            row.id(),
            row.webhookId(),
            row.sequence(),
            row.attempt(),
            row.token(),
            row.requested(),
            false,
            System.nanoTime());
    var trial = new Verdict.Trial(System.nanoTime(), Duration.ofMillis(3), 204, null);
    return new Verdict(claim, outcome, Duration.ofSeconds(5), Optional.of(trial));
  }

  private void sendAgain(Handle handle) {
    var dao = handle.attach(DeliveryDao.class);
    var newest = list(handle);
    assertThat(dao.attempts(newest.stream().map(Delivery::id).toArray(UUID[]::new))).isNotEmpty();
    var one = newest.getLast();
    assertThat(dao.redeliver(one.id(), webhook, one.sequence())).isOne();
    assertThat(dao.replay(webhook, Instant.now().minus(Duration.ofDays(20)), 500).count())
        .isPositive();
  }

  private List<Delivery> list(Handle handle) {
    var delivered = new DeliveryFilter(Delivery.Status.DELIVERED, null);
    return DeliverySearch.list(handle, webhook, delivered, Long.MAX_VALUE, 51);
  }

  private static void pause(Handle handle) {
    var dao = handle.attach(ClaimDao.class);
    dao.backlog();
    assertThat(dao.pause("alice")).isOne();
    assertThat(dao.pauses()).hasSize(1);
    assertThat(dao.resume()).isOne();
    dao.endUnwanted(500);
  }

  private static void keep(Handle handle) {
    var dao = handle.attach(RetentionDao.class);
    dao.purgeEvents(KEPT_SECONDS, 500);
    dao.purgeSecrets();
    dao.purgeWebhooks(KEPT_SECONDS, 500);
  }
}
