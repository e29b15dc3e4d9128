package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.awaitility.Awaitility;

/// The part of the table that is about webhooks. Nobody listens at their target.
final class EndpointsOfWebhooks {
  private static final Map<String, Object> WANTED =
      Map.of(
          "url",
          "http://127.0.0.1:9/hook",
          "events",
          List.of("command.failed"),
          "project_ids",
          List.of(ApiClient.DEMO));

  static final List<Endpoint> ALL =
      List.of(
          new Endpoint(
              "POST",
              "/webhooks",
              _ -> "/webhooks",
              WANTED,
              "webhooks:write",
              false,
              201,
              "webhook.created"),
          Endpoint.reading("/webhooks", _ -> "/webhooks", "webhooks:read", false),
          reading("/webhooks/{id}", EndpointsOfWebhooks::webhook),
          reading("/webhooks/{id}/deliveries", it -> webhook(it) + "/deliveries"),
          reading("/webhooks/{id}/deliveries/{id}", EndpointsOfWebhooks::delivery),
          reading("/webhooks/{id}/events", it -> webhook(it) + "/events"),
          writing("PATCH", "", Map.of("description", "changed"), 200, "webhook.updated"),
          writing("POST", "/test", Map.of(), 202, "webhook.tested"),
          writing("POST", "/rotate-secret", Map.of(), 200, "webhook.secret_rotated"),
          writing(
              "POST", "/replay", Map.of("since", "2026-01-01T00:00:00Z"), 202, "webhook.replayed"),
          new Endpoint(
              "POST",
              "/webhooks/{id}/deliveries/{id}/redeliver",
              it -> delivery(it) + "/redeliver",
              Map.of(),
              "webhooks:write",
              true,
              202,
              "webhook.redelivered"),
          new Endpoint(
              "DELETE",
              "/webhooks/{id}",
              EndpointsOfWebhooks::webhook,
              null,
              "webhooks:write",
              true,
              204,
              "webhook.deleted"));

  private EndpointsOfWebhooks() {}

  private static Endpoint reading(String template, Function<ApiClient, String> path) {
    return Endpoint.reading(template, path, "webhooks:read", true);
  }

  private static Endpoint writing(
      String method, String call, Object body, int success, String action) {
    return new Endpoint(
        method,
        "/webhooks/{id}" + call,
        it -> webhook(it) + call,
        body,
        "webhooks:write",
        true,
        success,
        action);
  }

  private static String webhook(ApiClient admin) {
    var answer = admin.post("/webhooks", WANTED);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return "/webhooks/" + answer.data().path("id").asText();
  }

  /// One that has failed, for nobody listens.
  private static String delivery(ApiClient admin) {
    var webhook = webhook(admin);
    var answer = admin.post(webhook + "/test", Map.of());
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    var delivery = webhook + "/deliveries/" + answer.data().path("id").asText();
    Awaitility.await()
        .until(() -> admin.get(delivery).data().path("status").asText().equals("retrying"));
    return delivery;
  }
}
