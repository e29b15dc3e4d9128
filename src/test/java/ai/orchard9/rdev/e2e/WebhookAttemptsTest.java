package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ReceiverAnswer;
import ai.orchard9.rdev.testing.WebhookReceiver;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What becomes of deliveries: tried again, sent again when asked, kept and numbered.
final class WebhookAttemptsTest {
  private final ApiClient client = SharedServer.get().client();
  private final WebhookReceiver receiver = WebhookReceiver.http();

  @AfterEach
  void close() {
    Hook.deleteAll(client);
    receiver.close();
  }

  @Test
  void triesAgainAndShowsEveryAttempt() {
    receiver.next(ReceiverAnswer.status(500), ReceiverAnswer.redirect(302, receiver.url("/x")));
    var hook = Hook.to(client, receiver.url());
    var delivery = hook.test();

    var first = hook.awaitDelivery(delivery, it -> it.path("attempts").size() == 1);
    assertThat(first.path("status").asText()).isEqualTo("retrying");
    var wait =
        Duration.between(
            Instant.parse(first.at("/attempts/0/at").asText()),
            Instant.parse(first.path("next_attempt_at").asText()));
    assertThat(wait).isBetween(Duration.ofMillis(4_000), Duration.ofMillis(6_500));
    assertThat(first.at("/attempts/0/status_code").asInt()).isEqualTo(500);
    assertThat(first.at("/attempts/0/error").asText()).isEqualTo("answered 500");
    assertThat(hook.shown().path("failing_since").isNull()).isFalse();
    assertThat(hook.deliveries("?status=retrying")).hasSize(1);
    assertThat(hook.deliveries("?status=delivered")).isEmpty();

    SharedDatabase.execute(Hook.dueNow(delivery));
    hook.awaitDelivery(delivery, it -> it.path("attempts").size() == 2);
    SharedDatabase.execute(Hook.dueNow(delivery));
    var last = hook.await(delivery, "delivered");

    assertThat(last.path("attempts")).hasSize(3);
    assertThat(last.at("/attempts/1/status_code").asInt()).isEqualTo(302);
    assertThat(last.at("/attempts/2/error").isNull()).isTrue();
    assertThat(last.path("next_attempt_at").isNull()).isTrue();
    assertThat(hook.shown().path("failing_since").isNull()).isTrue();
    assertThat(receiver.requests().stream().map(it -> it.header("webhook-id")).distinct())
        .containsExactly(delivery);
    assertThat(receiver.requests().stream().map(WebhookReceiver.Received::text).distinct())
        .hasSize(1);
  }

  @Test
  void waitsAsLongAsTheReceiverAsks() {
    receiver.next(ReceiverAnswer.status(429, "Retry-After: 20"));
    var hook = Hook.to(client, receiver.url());
    var delivery = hook.test();

    var told = hook.await(delivery, "retrying");

    var wait =
        Duration.between(
            Instant.parse(told.at("/attempts/0/at").asText()),
            Instant.parse(told.path("next_attempt_at").asText()));
    assertThat(wait).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(21));
  }

  @Test
  void disablesAWebhookWhoseReceiverIsGone() {
    receiver.answer(ReceiverAnswer.status(410));
    var hook = Hook.to(client, receiver.url());

    var failed = hook.await(hook.test(), "failed");

    assertThat(failed.path("attempts")).hasSize(1);
    assertThat(hook.shown().path("enabled").asBoolean()).isFalse();
    assertThat(hook.shown().path("disabled_reason").asText()).isEqualTo("gone");
    var row = client.get("/audit?action=webhook.disabled").data().get(0);
    assertThat(row.path("target").asText()).isEqualTo(hook.id());
    assertThat(row.at("/actor/kind").asText()).isEqualTo("system");
  }

  @Test
  void keepsWhatHappensWhileItIsDisabled() {
    var hook = Hook.to(client, receiver.url());
    hook.patch(Map.of("enabled", false));
    client.run("true");
    awaitEvents(hook, 2);
    assertThat(hook.deliveries("")).isEmpty();
    assertThat(client.post(hook.path() + "/replay", since()).status()).isEqualTo(409);

    var enabled = hook.patch(Map.of("enabled", true));
    var replayed = client.post(hook.path() + "/replay", since());

    assertThat(enabled.data().path("disabled_reason").isNull()).isTrue();
    assertThat(replayed.status()).isEqualTo(202);
    assertThat(replayed.data().path("count").asInt()).isEqualTo(2);
    assertThat(replayed.data().path("next_since").isNull()).isTrue();
    assertThat(receiver.awaitRequests(2).stream().map(Hook::body).toList())
        .containsExactlyInAnyOrderElementsOf(hook.events(0));
  }

  @Test
  void sendsAgainWhenAsked() {
    var hook = Hook.to(client, receiver.url());
    var delivery = hook.test();
    hook.await(delivery, "delivered");

    var again = client.post(hook.path() + "/deliveries/" + delivery + "/redeliver", Map.of());

    assertThat(again.status()).isEqualTo(202);
    assertThat(again.data().path("id").asText()).isEqualTo(delivery);
    assertThat(again.data().path("status").asText()).isIn("pending", "delivering", "delivered");
    receiver.awaitRequests(2);
    var told = hook.awaitDelivery(delivery, it -> it.path("attempts").size() == 2);
    assertThat(told.path("status").asText()).isEqualTo("delivered");
    assertThat(
            client.get("/audit?action=webhook.redelivered").data().get(0).path("target").asText())
        .isEqualTo(hook.id());
  }

  @Test
  void keepsTheRecordOfADeletedWebhook() {
    var hook = Hook.to(client, receiver.url());
    var delivery = hook.test();
    hook.await(delivery, "delivered");

    assertThat(hook.delete().status()).isEqualTo(204);

    assertThat(client.get(hook.path()).status()).isEqualTo(404);
    assertThat(hook.delete().status()).isEqualTo(404);
    assertThat(hook.delivery(delivery).path("status").asText()).isEqualTo("delivered");
    assertThat(hook.deliveries("")).hasSize(1);
    for (var call : List.of("/test", "/rotate-secret", "/deliveries/" + delivery + "/redeliver")) {
      assertThat(client.post(hook.path() + call, Map.of()).status()).as(call).isEqualTo(404);
    }
    assertThat(hook.patch(Map.of("enabled", true)).status()).isEqualTo(404);
    assertThat(
            SharedDatabase.number(
                "SELECT count(*) FROM webhook_secrets WHERE webhook_id = '" + hook.id() + "'"))
        .isZero();
  }

  @Test
  void numbersWithoutHolesAndPages() {
    var hook = Hook.to(client, receiver.url());
    for (int i = 0; i < 5; i++) {
      hook.test();
      client.run("true");
    }
    awaitEvents(hook, 15);

    var sequences =
        StreamSupport.stream(hook.events(0).spliterator(), false)
            .map(it -> it.path("sequence").asLong());
    assertThat(sequences).containsExactlyElementsOf(LongStream.rangeClosed(1, 15).boxed().toList());
    var page = client.get(hook.path() + "/events?after=3&limit=5");
    assertThat(page.data().get(0).path("sequence").asInt()).isEqualTo(4);
    var next =
        client.get(
            hook.path()
                + "/events?limit=200&cursor="
                + page.json().at("/meta/next_cursor").asText());
    assertThat(next.data().get(0).path("sequence").asInt()).isEqualTo(9);
    assertThat(next.json().at("/meta/next_cursor").isNull()).isTrue();
    var newest = client.get(hook.path() + "/deliveries?limit=10");
    assertThat(newest.data().get(0).path("sequence").asInt()).isEqualTo(15);
    var older =
        client.get(
            hook.path() + "/deliveries?cursor=" + newest.json().at("/meta/next_cursor").asText());
    assertThat(older.data()).hasSize(5);
  }

  private static Map<String, ?> since() {
    return Map.of("since", Instant.now().minusSeconds(3600).toString());
  }

  private static void awaitEvents(Hook hook, int count) {
    Awaitility.await(count + " events")
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> hook.events(0).size() == count);
  }
}
