package ai.orchard9.rdev.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.output.Commands;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// From a fact to the record of its delivery, a step at a time; time moves in the table.
final class DeliveriesTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  @SuppressWarnings("NullAway.Init") // opened before all
  private static Commands pool;

  private final DeliveryFixture fixture = new DeliveryFixture(pool.jdbi());

  @BeforeAll
  static void open() {
    pool = new Commands(POSTGRES.target());
  }

  @AfterAll
  static void close() {
    pool.close();
  }

  @BeforeEach
  void empty() {
    POSTGRES.truncate(
        "webhooks", "webhook_events", "webhook_queue", "webhook_attempts", "webhook_pauses");
  }

  @Test
  void tellsEachWebhookWhatItWantsWithNumbersOfItsOwn() {
    var all = fixture.webhook(true, null);
    var other = fixture.webhook(true, List.of("other"));
    var disabled = fixture.webhook(false, null);
    var before = fixture.webhook(true, null).createdAt().minusSeconds(60);

    fixture.tell("demo", "running", Instant.now().plusSeconds(1));
    fixture.tell("other", "completed", Instant.now().plusSeconds(1));
    fixture.tell("demo", "completed", before);

    assertThat(events(all)).containsExactly("1 command.started demo", "2 command.completed other");
    assertThat(events(other)).containsExactly("1 command.completed other");
    assertThat(events(disabled)).hasSize(2);
    assertThat(fixture.number("SELECT count(*) FROM webhook_queue")).isEqualTo(5);
    assertThat(fixture.shown(all).lastSequence()).isEqualTo(2);
  }

  @Test
  void triesEightTimesAndThenGivesUp() {
    var webhook = fixture.webhook(true, null);
    var delivery = fixture.test(webhook);
    for (int i = 1; i <= 8; i++) {
      fixture.answers.add(DeliveryFixture.answered(500, Duration.ofMillis(3)));
      assertThat(fixture.shown(webhook, delivery).delivery().status())
          .isEqualTo(i == 1 ? "pending" : "retrying");
      fixture.deliverAll();
      assertThat(fixture.shown(webhook, delivery).attempts()).hasSize(i);
      fixture.skipWaiting();
    }

    fixture.deliverAll();

    var failed = fixture.shown(webhook, delivery);
    assertThat(failed.delivery().status()).isEqualTo("failed");
    assertThat(failed.delivery().nextAttemptAt()).isNull();
    assertThat(failed.attempts()).hasSize(8);
    assertThat(fixture.sent).hasSize(8);
  }

  @Test
  void twoWhoClaimNeverTakeTheSame() throws Exception {
    for (int i = 0; i < 10; i++) {
      var webhook = fixture.webhook(true, null);
      for (int n = 0; n < 5; n++) {
        fixture.test(webhook);
      }
    }
    var taken = new ArrayList<Claim>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<List<Claim>> take = () -> new Claims(pool.jdbi()).take(100, 50);
      for (var part : threads.invokeAll(List.of(take, take, take, take))) {
        taken.addAll(part.get());
      }
    }
    taken.addAll(fixture.claims.take(100, 50));

    assertThat(taken).hasSize(30);
    assertThat(taken.stream().map(Claim::id)).doesNotHaveDuplicates();
    assertThat(fixture.claims.take(100, 50)).isEmpty();
  }

  @Test
  void aLeaseThatIsOverIsTakenByTheNextAndItsOwnerChangesNothing() {
    var webhook = fixture.webhook(true, null);
    var delivery = fixture.test(webhook);
    var lost = fixture.claims.take(100, 50).getFirst();
    assertThat(fixture.shown(webhook, delivery).delivery().status()).isEqualTo("delivering");
    assertThat(fixture.claims.take(100, 50)).isEmpty();
    fixture.execute("UPDATE webhook_queue SET due = clock_timestamp()");

    var next = fixture.claims.take(100, 50).getFirst();
    var trial = new Verdict.Trial(System.nanoTime(), Duration.ofMillis(5), null, "timed out");
    var late =
        fixture.recorder.record(
            new Verdict(lost, Outcome.FAILED, Duration.ZERO, Optional.of(trial)));

    assertThat(late).isEmpty();
    assertThat(fixture.shown(webhook, delivery).delivery().status()).isEqualTo("delivering");
    assertThat(fixture.shown(webhook, delivery).attempts()).hasSize(1);
    var ours = new Verdict.Trial(System.nanoTime(), Duration.ofMillis(5), 200, null);
    assertThat(
            fixture.recorder.record(
                new Verdict(next, Outcome.DELIVERED, Duration.ZERO, Optional.of(ours))))
        .contains(Outcome.DELIVERED);
    assertThat(fixture.shown(webhook, delivery).attempts()).hasSize(2);
  }

  @Test
  void disablesWhatTookNothingForADay() {
    var webhook = fixture.webhook(true, null);
    fixture.answers.add(DeliveryFixture.answered(500, Duration.ZERO));
    var first = fixture.test(webhook);
    fixture.deliverAll();
    assertThat(fixture.shown(webhook).failingSince()).isNotNull();
    fixture.execute(
        "UPDATE webhooks SET failing_since = failing_since - interval '24 hours 1 second'");
    fixture.test(webhook);
    fixture.answers.add(DeliveryFixture.timeout());
    fixture.deliverAll();

    var disabled = fixture.shown(webhook);
    assertThat(disabled.enabled()).isFalse();
    assertThat(disabled.disabledReason()).isEqualTo("failing");
    assertThat(disabledWebhooks()).isEqualTo(Map.of("failing", 1.0, "gone", 0.0));
    assertThat(
            fixture.number(
                "SELECT count(*) FROM audit_log WHERE action = 'webhook.disabled' AND target = '"
                    + webhook.id()
                    + "'"))
        .isEqualTo(1);
    fixture.execute("UPDATE webhook_queue SET requested = false");
    fixture.housekeeping.endUnwanted();
    assertThat(fixture.shown(webhook, first).delivery().status()).isEqualTo("failed");
    assertThat(fixture.number("SELECT count(*) FROM webhook_queue")).isZero();
  }

  private Map<String, Double> disabledWebhooks() {
    var found = fixture.registry.scrape(name -> name.equals("rdev_webhooks_disabled"));
    return ((CounterSnapshot) found.get(0))
        .getDataPoints().stream()
            .collect(
                Collectors.toMap(
                    it -> it.getLabels().get("reason"),
                    CounterSnapshot.CounterDataPointSnapshot::getValue));
  }

  @Test
  void aChangeDoesNotEnableWhatWasDisabledMeanwhile() {
    var webhook = fixture.webhook(true, null);
    fixture.answers.add(DeliveryFixture.answered(410, Duration.ZERO));
    fixture.test(webhook);
    fixture.deliverAll();

    var changed =
        fixture.webhooks.change(
            DeliveryFixture.ALICE,
            webhook.id(),
            now ->
                WebhookRules.change(
                    now, new WebhookRequest(null, null, null, "new", null), url -> url),
            DeliveryFixture.REQUEST);

    assertThat(changed.description()).isEqualTo("new");
    assertThat(changed.disabledReason()).isEqualTo("gone");
  }

  @Test
  void aSuccessInBetweenBeginsTheDayAnew() {
    var webhook = fixture.webhook(true, null);
    fixture.answers.add(DeliveryFixture.answered(500, Duration.ZERO));
    fixture.test(webhook);
    fixture.deliverAll();

    fixture.test(webhook);
    fixture.deliverAll();

    assertThat(fixture.shown(webhook).failingSince()).isNull();
  }

  @Test
  void sendsLessAndThenNothingToAReceiverThatHangs() {
    var webhook = fixture.webhook(true, null);
    for (int i = 0; i < 6; i++) {
      fixture.test(webhook);
      fixture.answers.add(DeliveryFixture.timeout());
    }

    fixture.dispatcher.dispatch();
    fixture.deliverAll();

    assertThat(fixture.sent).hasSize(3);
    assertThat(fixture.claims.take(100, 50)).isEmpty();
    fixture.execute("UPDATE webhook_lanes SET hold_until = '-infinity'");
    assertThat(fixture.claims.take(100, 0)).as("no place for slow ones").isEmpty();
    assertThat(fixture.claims.take(100, 50)).hasSize(1);
    assertThat(fixture.claims.take(100, 50)).as("one is under way").isEmpty();
  }

  @Test
  void goesOnQuicklyWhenTheReceiverIsQuickAgain() {
    var webhook = fixture.webhook(true, null);
    fixture.answers.add(DeliveryFixture.answered(200, Duration.ofSeconds(9)));
    fixture.test(webhook);
    fixture.deliverAll();
    assertThat(fixture.number("SELECT strikes FROM webhook_lanes")).isEqualTo(1);

    fixture.test(webhook);
    fixture.deliverAll();

    assertThat(fixture.number("SELECT strikes FROM webhook_lanes")).isZero();
  }

  @Test
  void purgesWhatIsOldAndOver() {
    var webhook = fixture.webhook(true, null);
    fixture.test(webhook);
    fixture.deliverAll();
    fixture.test(webhook);
    fixture.execute("UPDATE webhook_events SET at = at - interval '31 days'");

    fixture.housekeeping.purge();

    assertThat(fixture.number("SELECT count(*) FROM webhook_events")).isEqualTo(1);
    assertThat(fixture.number("SELECT count(*) FROM webhook_attempts")).isZero();
    fixture.deliverAll();
    fixture.webhooks.delete(
        DeliveryFixture.ALICE, webhook.id().toString(), DeliveryFixture.REQUEST);
    fixture.execute("UPDATE webhooks SET deleted_at = deleted_at - interval '31 days'");
    fixture.housekeeping.purge();
    assertThat(fixture.number("SELECT count(*) FROM webhooks")).isZero();
  }

  private List<String> events(Webhook webhook) {
    return fixture
        .deliveries
        .events(DeliveryFixture.ALICE, webhook.id().toString(), 0, 100)
        .stream()
        .map(it -> DeliveryResponse.tree(it.payload()))
        .map(
            it ->
                it.path("sequence").asText()
                    + " "
                    + it.path("event").asText()
                    + " "
                    + it.at("/data/project").asText())
        .toList();
  }
}
