package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ReceiverAnswer;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.WebhookReceiver;
import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a receiver gets and its owner sees, from a command to its last attempt.
final class WebhooksTest {
  private final ServerProcess server = SharedServer.get();
  private final ApiClient client = server.client();
  private final WebhookReceiver receiver = WebhookReceiver.http();

  @AfterEach
  void close() {
    for (var webhook : client.get("/webhooks?limit=200").data()) {
      client.delete("/webhooks/" + webhook.path("id").asText());
    }
    receiver.close();
  }

  @Test
  void tellsWhatBecomesOfACommand() {
    var hook = Hook.to(client, receiver.url());

    var command = client.run(Map.of("command", "exit 3", "metadata", Map.of("ticket", "OPS-7")));

    var requests = receiver.awaitRequests(2);
    var started = body(requests, "command.started");
    var failed = body(requests, "command.failed");
    assertThat(fields(failed)).containsExactly("event", "id", "sequence", "timestamp", "data");
    assertThat(failed.path("timestamp").asText())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    var data = failed.path("data");
    assertThat(fields(data))
        .containsExactly(
            "command_id",
            "project",
            "type",
            "status",
            "exit_code",
            "duration_ms",
            "error",
            "metadata");
    assertThat(data.path("command_id")).isEqualTo(command.path("id"));
    assertThat(data.path("project").asText()).isEqualTo(ApiClient.DEMO);
    assertThat(data.path("type").asText()).isEqualTo("shell");
    assertThat(data.path("status").asText()).isEqualTo("failed");
    assertThat(data.path("exit_code").asInt()).isEqualTo(3);
    assertThat(data.path("duration_ms")).isEqualTo(command.path("duration_ms"));
    assertThat(data.path("error")).isEqualTo(command.path("error"));
    assertThat(data.path("metadata").path("ticket").asText()).isEqualTo("OPS-7");
    assertThat(started.path("data").path("status").asText()).isEqualTo("running");
    assertThat(started.path("data").path("exit_code").isNull()).isTrue();
    assertThat(started.path("data").path("error").isNull()).isTrue();
    assertThat(List.of(started.path("sequence").asLong(), failed.path("sequence").asLong()))
        .containsExactly(1L, 2L);
    requests.forEach(it -> assertSigned(it, hook.secret()));
    assertThat(hook.events(0)).hasSize(2).contains(started, failed);
    assertThat(hook.events(1)).containsExactly(failed);
    hook.await(failed.path("id").asText(), "delivered");
    assertThat(hook.deliveries("")).hasSize(2);
    assertThat(hook.deliveries("?event=command.failed").get(0).path("payload")).isEqualTo(failed);
  }

  @ParameterizedTest
  @CsvSource({"true,command.completed", "exit 1,command.failed"})
  void tellsOnlyWhatWasAskedFor(String script, String event) {
    var other = Hook.of(client, receiver.url("/other"), Map.of("project_ids", List.of("other")));
    var hook = Hook.of(client, receiver.url(), Map.of("events", List.of(event)));

    client.run(script);

    var request = receiver.awaitRequests(1).getFirst();
    assertThat(Hook.body(request).path("event").asText()).isEqualTo(event);
    assertThat(request.header("X-Rdev-Event")).isEqualTo(event);
    assertThat(hook.events(0)).hasSize(1);
    assertThat(other.events(0)).isEmpty();
  }

  @Test
  void tellsOfACancelledCommand() {
    Hook.to(client, receiver.url());
    var id = client.shell("sleep 600");
    client.awaitRunning(id);

    client.post("/commands/" + id + "/cancel", Map.of("grace_seconds", 0));

    var told = body(receiver.awaitRequests(2), "command.cancelled").path("data");
    assertThat(told.path("command_id").asText()).isEqualTo(id);
    assertThat(told.path("error").isNull()).isTrue();
  }

  @Test
  void showsTheSecretOnce() {
    var answer =
        client.post(
            "/webhooks",
            Map.of("url", receiver.url().toString(), "events", List.of("command.failed")));

    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.header("Location"))
        .isEqualTo("/webhooks/" + answer.data().path("id").asText());
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.data().path("secret").asText()).startsWith("whsec_");
    var shown = client.get(answer.header("Location"));
    assertThat(fields(shown.data()))
        .containsExactly(
            "id",
            "url",
            "events",
            "project_ids",
            "description",
            "enabled",
            "disabled_reason",
            "disabled_at",
            "failing_since",
            "last_sequence",
            "previous_secret_expires_at",
            "created_at",
            "created_by",
            "updated_at");
    assertThat(shown.data().path("url").asText()).isEqualTo(receiver.url().toString());
    assertThat(shown.data().path("project_ids").isNull()).isTrue();
    assertThat(client.get("/webhooks").text()).doesNotContain("whsec_");
    assertThat(client.get("/audit?action=webhook.created").text())
        .doesNotContain("whsec_", "/hook");
  }

  @Test
  void signsWithBothSecretsAfterARotation() {
    var hook = Hook.to(client, receiver.url());
    hook.test();
    var before = receiver.awaitRequests(1).getLast();

    var rotated = client.post(hook.path() + "/rotate-secret", Map.of());
    hook.test();
    var during = receiver.awaitRequests(2).getLast();
    SharedDatabase.execute(
        "UPDATE webhook_secrets SET expires_at = now() - interval '1 second'"
            + " WHERE expires_at IS NOT NULL");
    hook.test();
    var after = receiver.awaitRequests(3).getLast();

    assertThat(rotated.status()).isEqualTo(200);
    var secret = rotated.data().path("secret").asText();
    var ends = Instant.parse(rotated.data().path("previous_secret_expires_at").asText());
    assertThat(ends)
        .isBetween(
            Instant.now().plus(Duration.ofHours(23)), Instant.now().plus(Duration.ofHours(25)));
    assertThat(secret).startsWith("whsec_").isNotEqualTo(hook.secret());
    assertSigned(before, hook.secret());
    assertSigned(during, hook.secret());
    assertSigned(during, secret);
    assertSigned(after, secret);
    assertThatThrownBy(() -> verify(after, hook.secret())).isNotNull();
    assertThat(before.header("webhook-signature").split(" ")).hasSize(1);
    assertThat(during.header("webhook-signature").split(" ")).hasSize(2);
    assertThat(after.header("webhook-signature").split(" ")).hasSize(1);
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

  private static JsonNode body(List<WebhookReceiver.Received> requests, String event) {
    return requests.stream()
        .map(Hook::body)
        .filter(it -> it.path("event").asText().equals(event))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> fields(JsonNode node) {
    return StreamSupport.stream(((Iterable<String>) node::fieldNames).spliterator(), false)
        .toList();
  }

  private static void assertSigned(WebhookReceiver.Received request, String secret) {
    assertThatCode(() -> verify(request, secret)).doesNotThrowAnyException();
  }

  private static void verify(WebhookReceiver.Received request, String secret) throws Exception {
    var headers =
        request.headers().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, it -> List.of(it.getValue())));
    var all = HttpHeaders.of(headers, (_, _) -> true);
    new com.svix.Webhook(secret).verify(request.text(), all);
    new Webhook(secret).verify(request.text(), all);
  }
}
