package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.WebhookReceiver;
import ai.orchard9.rdev.testing.contract.Contract;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/// A webhook of a server under test, as its owner sees it.
///
/// @param secret shown once, when it was made
record Hook(ApiClient client, String id, String secret) {
  static final List<String> EVENTS =
      List.of("command.started", "command.completed", "command.failed", "command.cancelled");

  /// Subscribes to everything in the demo project.
  static Hook to(ApiClient client, URI url) {
    return of(client, url, Map.of("project_ids", List.of(ApiClient.DEMO)));
  }

  /// Subscribes to everything, or to what the fields say.
  static Hook of(ApiClient client, URI url, Map<String, ?> fields) {
    var body = new LinkedHashMap<String, Object>();
    body.put("url", url.toString());
    body.put("events", EVENTS);
    body.putAll(fields);
    var answer = client.post("/webhooks", body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return new Hook(
        client, answer.data().path("id").asText(), answer.data().path("secret").asText());
  }

  /// Deletes all that the client sees.
  static void deleteAll(ApiClient client) {
    for (var webhook : client.get("/webhooks?limit=200").data()) {
      client.delete("/webhooks/" + webhook.path("id").asText());
    }
  }

  String path() {
    return "/webhooks/" + id;
  }

  JsonNode shown() {
    return data(client.get(path()), 200);
  }

  ApiClient.Answer patch(Map<String, ?> fields) {
    return client.send("PATCH", path(), Optional.of(fields));
  }

  ApiClient.Answer delete() {
    return client.delete(path());
  }

  /// Sends a test and returns the delivery's id.
  String test() {
    return data(client.post(path() + "/test", Map.of()), 202).path("id").asText();
  }

  JsonNode delivery(String delivery) {
    return data(client.get(path() + "/deliveries/" + delivery), 200);
  }

  JsonNode deliveries(String question) {
    return data(client.get(path() + "/deliveries" + question), 200);
  }

  JsonNode events(long after) {
    return data(client.get(path() + "/events?limit=200&after=" + after), 200);
  }

  /// Waits until a delivery has that status.
  JsonNode await(String delivery, String status) {
    return awaitDelivery(delivery, it -> it.path("status").asText().equals(status));
  }

  /// Waits until a delivery is so.
  JsonNode awaitDelivery(String delivery, Predicate<JsonNode> so) {
    return Awaitility.await("delivery " + delivery)
        .atMost(Duration.ofSeconds(30))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> delivery(delivery), so);
  }

  /// Has the next attempt of a delivery come now.
  static String dueNow(String delivery) {
    return "UPDATE webhook_queue SET due = clock_timestamp() WHERE id = '" + delivery + "'";
  }

  static JsonNode body(WebhookReceiver.Received request) {
    Contract.checkMessage(request.headers(), request.text());
    return ApiClient.parse(request.text());
  }

  private static JsonNode data(ApiClient.Answer answer, int status) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    return answer.data();
  }
}
