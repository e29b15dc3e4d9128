package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.WebhookReceiver;
import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a receiver gets of a command, and how it knows that we sent it.
final class WebhooksTest {
  private final ApiClient client = SharedServer.get().client();
  private final WebhookReceiver receiver = WebhookReceiver.http();

  @AfterEach
  void close() {
    Hook.deleteAll(client);
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
