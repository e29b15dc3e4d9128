package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ConsoleClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.WebhookReceiver;
import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Webhooks and what they sent, made and looked at in the console.
final class WebhookPagesTest {
  private static final ServerProcess SERVER = ConsoleServer.get();
  private static final String LIST = "/console/webhooks";

  private final ApiClient api = SERVER.client();
  private final ConsoleClient browser = ConsoleClient.logIn(SERVER.uri(), ServerProcess.KEY);
  private final WebhookReceiver receiver = WebhookReceiver.http();

  @AfterEach
  void close() {
    for (var webhook : api.get("/webhooks?limit=200").data()) {
      api.delete("/webhooks/" + webhook.path("id").asText());
    }
    receiver.close();
  }

  /// A webhook that was made on the page.
  private record Made(String id, String secret) {
    String path() {
      return LIST + "/" + id;
    }
  }

  private Made make(String... more) {
    var fields = new String[more.length + 4];
    fields[0] = "url";
    fields[1] = receiver.url().toString();
    fields[2] = "events";
    fields[3] = "command.completed";
    System.arraycopy(more, 0, fields, 4, more.length);
    var page = browser.postFrom(LIST, LIST, fields);
    assertThat(page.status()).as(page.html()).isEqualTo(201);
    return new Made(
        page.find("href=\"/console/webhooks/([0-9a-f-]{36})\""),
        page.find("<code id=\"new-secret\">(whsec_[^<]+)</code>").replace("&#43;", "+"));
  }

  @Test
  void showsTheSecretOnceWithWhichItSigns() {
    var made = make("events", "command.failed", "projects", " demo , other", "description", "ci");

    api.run("true");

    var request = receiver.awaitRequests(1).getFirst();
    assertThatCode(() -> verify(request, made.secret())).doesNotThrowAnyException();
    var shown = shown(made);
    assertThat(shown.path("events").toString())
        .isEqualTo("[\"command.completed\",\"command.failed\"]");
    assertThat(shown.path("project_ids").toString()).isEqualTo("[\"demo\",\"other\"]");
    assertThat(shown.path("description").asText()).isEqualTo("ci");
    assertThat(browser.get(LIST).html()).contains(made.id(), "ci").doesNotContain("whsec_");
    assertThat(browser.get(made.path()).html()).contains("command.failed").doesNotContain("whsec_");
    assertThat(newest("webhook.created")).isEqualTo(made.id());
  }

  @Test
  void keepsWhatWasTypedAndSaysWhatIsWrong() {
    var page =
        browser.postFrom(
            LIST,
            LIST,
            "url",
            "ftp://nowhere",
            "events",
            "command.failed",
            "projects",
            "a",
            "description",
            "kept");

    assertThat(page.status()).isEqualTo(400);
    assertThat(page.html())
        .contains("id=\"url-error\"", "value=\"ftp://nowhere\"", "value=\"kept\"")
        .containsPattern("value=\"command.failed\" checked")
        .doesNotContainPattern("value=\"command.started\" checked");
  }

  @Test
  void changesOne() {
    var made = make();

    var refused = browser.postFrom(made.path(), made.path(), "url", receiver.url().toString());
    var done =
        browser.postFrom(
            made.path(),
            made.path(),
            "url",
            receiver.url("/elsewhere").toString(),
            "events",
            "command.started",
            "projects",
            "demo",
            "description",
            "moved");

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.html()).contains("id=\"events-error\"");
    assertThat(done.location()).isEqualTo(made.path() + "?notice=webhook_changed");
    var shown = shown(made);
    assertThat(shown.path("url").asText()).endsWith("/elsewhere");
    assertThat(shown.path("events").toString()).isEqualTo("[\"command.started\"]");
    assertThat(shown.path("project_ids").toString()).isEqualTo("[\"demo\"]");
    assertThat(shown.path("description").asText()).isEqualTo("moved");
  }

  @Test
  void disablesAndEnablesIt() {
    var made = make();

    browser.postFrom(made.path(), made.path() + "/disable");
    var disabled = browser.get(made.path()).html();
    browser.postFrom(made.path(), made.path() + "/enable");
    var enabled = browser.get(made.path()).html();

    assertThat(disabled).contains("badge disabled", "by request", ">Enable<");
    assertThat(enabled).contains("badge enabled", ">Disable<");
    assertThat(shown(made).path("enabled").asBoolean()).isTrue();
    assertThat(newest("webhook.updated")).isEqualTo(made.id());
  }

  @Test
  void rotatesTheSecretWhileTheOldOneStillSigns() {
    var made = make();

    var page = browser.postFrom(made.path(), made.path() + "/rotate-secret");
    var secret = page.find("<code id=\"new-secret\">(whsec_[^<]+)</code>").replace("&#43;", "+");
    browser.postFrom(made.path(), made.path() + "/test");

    var request = receiver.awaitRequests(1).getFirst();
    assertThat(page.html()).contains("24 h");
    assertThat(secret).isNotEqualTo(made.secret());
    assertThatCode(() -> verify(request, made.secret())).doesNotThrowAnyException();
    assertThatCode(() -> verify(request, secret)).doesNotThrowAnyException();
  }

  @Test
  void sendsATestAndTheSameAgain() {
    var made = make();

    var sent = browser.postFrom(made.path(), made.path() + "/test");
    var delivery = sent.location().replace("?notice=delivery_requested", "");
    await(delivery, "badge delivered");
    var again = browser.postFrom(delivery, delivery + "/redeliver");

    receiver.awaitRequests(2);
    await(delivery, "badge delivered");
    assertThat(again.location()).isEqualTo(sent.location());
    var page = browser.get(delivery).html();
    assertThat(page.split(">204<", -1)).hasSize(3);
    assertThat(page).contains("&quot;event&quot; : &quot;webhook.test&quot;", made.path());
    assertThat(newest("webhook.redelivered")).isEqualTo(made.id());
    assertThat(browser.get(made.path() + "?event=webhook.test&status=delivered").html())
        .contains(delivery);
    assertThat(browser.get(made.path() + "?status=failed&event=").html()).doesNotContain(delivery);
  }

  @Test
  void pagesThroughDeliveries() {
    var made = make();
    browser.postFrom(made.path(), made.path() + "/test");
    browser.postFrom(made.path(), made.path() + "/test");

    var first = browser.get(made.path() + "?limit=1&event=webhook.test");
    var second = browser.get(first.find("rel=\"next\" href=\"([^\"]+)\"").replace("&amp;", "&"));

    var delivery = "href=\"/console/deliveries/([0-9a-f-]+)\"";
    assertThat(second.find(delivery)).isNotEqualTo(first.find(delivery));
    assertThat(second.html()).doesNotContain("rel=\"next\"");
  }

  @Test
  void asksBeforeItDeletesAndKeepsTheRecord() {
    var made = make();
    var delivery =
        browser
            .postFrom(made.path(), made.path() + "/test")
            .location()
            .replace("?notice=delivery_requested", "");

    var asked = browser.postFrom(made.path(), made.path() + "/delete");
    var done = browser.postFrom(made.path(), made.path() + "/delete", "confirmed", "yes");

    assertThat(asked.html()).contains("name=\"confirmed\" value=\"yes\"", "Delete the webhook");
    assertThat(done.location()).isEqualTo(LIST + "?notice=webhook_deleted");
    assertThat(browser.get(made.path()).html())
        .contains("It was deleted", delivery)
        .doesNotContain(made.path() + "/test");
    assertThat(browser.get(delivery).html()).doesNotContain("/redeliver");
  }

  @Test
  void showsHostileTextAsText() {
    var made = make("description", "<script>alert(1)</script>javascript:alert(2)");
    api.send(
        "PATCH",
        "/webhooks/" + made.id(),
        Optional.of(Map.of("url", receiver.url("/x?q='javascript:alert(3)'").toString())));
    var delivery =
        browser
            .postFrom(made.path(), made.path() + "/test")
            .location()
            .replace("?notice=delivery_requested", "");

    for (var path : List.of(LIST, made.path(), delivery, "/console/audit")) {
      assertThat(browser.get(path).html())
          .as(path)
          .doesNotContain("<script>alert")
          .doesNotContainPattern("(href|src|action)=\"[^\"]*javascript:");
    }
    assertThat(browser.get(made.path()).html())
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;javascript:alert(2)");
  }

  @Test
  void hidesWhatAKeyMayNotSee() {
    var made = make("projects", "demo");
    var delivery =
        browser
            .postFrom(made.path(), made.path() + "/test")
            .location()
            .replace("?notice=delivery_requested", "");
    var stranger =
        ConsoleClient.logIn(SERVER.uri(), key("other", "webhooks:read", "webhooks:write"));
    var neighbour = ConsoleClient.logIn(SERVER.uri(), key("demo", "webhooks:read"));

    assertThat(stranger.get(made.path()).status()).isEqualTo(404);
    assertThat(stranger.get(delivery).status()).isEqualTo(404);
    assertThat(stranger.postFrom(LIST, delivery + "/redeliver").status()).isEqualTo(404);
    assertThat(stranger.get(LIST).html()).doesNotContain(made.id());
    assertThat(neighbour.get(delivery).status()).isEqualTo(200);
    assertThat(browser.get("/console/deliveries/" + made.id()).status()).isEqualTo(404);
    assertThat(browser.get("/console/deliveries/x").status()).isEqualTo(404);
  }

  @Test
  void whoMayOnlyReadHasNoFormsAndCannotForgeThem() {
    var made = make("projects", "demo");
    var delivery =
        browser
            .postFrom(made.path(), made.path() + "/test")
            .location()
            .replace("?notice=delivery_requested", "");
    var reader = ConsoleClient.logIn(SERVER.uri(), key("demo", "webhooks:read"));

    for (var path : List.of(LIST, made.path(), delivery)) {
      assertThat(reader.get(path).html())
          .as(path)
          .doesNotContainPattern("method=\"post\" action=\"(?!/console/logout)");
    }
    for (var path :
        List.of(
            LIST,
            made.path(),
            made.path() + "/disable",
            made.path() + "/delete",
            made.path() + "/rotate-secret",
            made.path() + "/test",
            delivery + "/redeliver")) {
      assertThat(reader.postFrom(LIST, path, "confirmed", "yes").status()).as(path).isEqualTo(403);
      assertThat(browser.postAsIs(path, "form_token", "forged", "confirmed", "yes").status())
          .as(path)
          .isEqualTo(403);
    }
    assertThat(shown(made).path("enabled").asBoolean()).isTrue();
  }

  private String key(String project, String... scopes) {
    var answer =
        api.post(
            "/keys",
            Map.of(
                "name",
                "of " + project,
                "scopes",
                List.of(scopes),
                "project_ids",
                List.of(project)));
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer.data().path("key").asText();
  }

  private JsonNode shown(Made made) {
    return api.get("/webhooks/" + made.id()).data();
  }

  private String newest(String action) {
    return api.get("/audit?limit=1&action=" + action).data().path(0).path("target").asText();
  }

  private void await(String path, String text) {
    Awaitility.await().untilAsserted(() -> assertThat(browser.get(path).html()).contains(text));
  }

  private static void verify(WebhookReceiver.Received request, String secret) throws Exception {
    var headers =
        request.headers().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, it -> List.of(it.getValue())));
    new Webhook(secret).verify(request.text(), HttpHeaders.of(headers, (_, _) -> true));
  }
}
