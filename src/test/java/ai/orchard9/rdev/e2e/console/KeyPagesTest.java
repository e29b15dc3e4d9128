package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ConsoleClient;
import ai.orchard9.rdev.testing.ConsoleClient.Shown;
import ai.orchard9.rdev.testing.ServerProcess;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// The pages of keys, without a browser.
final class KeyPagesTest {
  private static final String PAGE = "/console/keys";
  private static final Pattern NEW_KEY =
      Pattern.compile("id=\"new-key\"[^>]*>(rdev_sk_[0-9a-f]{8}_[0-9A-Za-z]{38})<");

  private final ServerProcess server = ConsoleServer.get();
  private final ApiClient api = server.client();
  private final ConsoleClient admin = ConsoleClient.logIn(server.uri(), ServerProcess.KEY);

  @Test
  void aKeyMadeWithRestrictionsWorksAndIsShownOnce() {
    var made =
        admin.post(
            PAGE,
            "name",
            "nightly",
            "scopes",
            "projects:read",
            "scopes",
            "projects:execute",
            "project_ids",
            "demo, later",
            "command_types",
            "git",
            "allowed_ips",
            "127.0.0.0/8\r\n::1",
            "expires_in",
            "30d",
            "rate_limit_rps",
            "7",
            "max_turns",
            "3",
            "max_tokens",
            "",
            "max_cost_usd",
            "1.5");

    assertThat(made.status()).as(made.html()).isEqualTo(201);
    assertThat(made.header("Cache-Control")).isEqualTo("no-store");
    assertThat(made.html()).contains("data-copy=\"#new-key\"", "not shown again");
    var key = plain(made);
    var self = client(key).get("/keys/self").data();
    assertThat(self.path("scopes")).hasToString("[\"projects:read\",\"projects:execute\"]");
    assertThat(self.path("project_ids")).hasToString("[\"demo\",\"later\"]");
    assertThat(self.path("command_types")).hasToString("[\"git\"]");
    assertThat(self.path("allowed_ips").size()).isEqualTo(2);
    assertThat(self.path("rate_limit_rps").asInt()).isEqualTo(7);
    assertThat(self.path("max_turns").asInt()).isEqualTo(3);
    assertThat(self.path("max_cost_usd").asDouble()).isEqualTo(1.5);
    assertThat(self.path("created_by").asText()).isEqualTo("admin_key");
    var refused = client(key).post("/projects/demo/shell", Map.of("command", "true"));
    assertThat(refused.errorCode()).isEqualTo("COMMAND_NOT_ALLOWED");

    var id = self.path("id").asText();
    for (var path : List.of(PAGE, PAGE + "/" + id)) {
      assertThat(admin.get(path).html()).contains("nightly").doesNotContain(key.substring(17));
    }
    assertThat(admin.get(PAGE + "/" + id).html())
        .contains(
            "demo, later",
            "127.0.0.0/8",
            "1.5 USD",
            "/console/commands?key_id=" + id,
            "/console/audit?actor=" + id);
    assertThat(server.log()).doesNotContain(key.substring(17));
    assertThat(audited("key.created", id).at("/actor/kind").asText()).isEqualTo("admin_key");
  }

  @Test
  void whatTheCallerLacksCannotBeGivenAndTheFormIsKept() {
    var giver =
        key(
            Map.of(
                "name",
                "giver",
                "scopes",
                List.of("keys:read", "keys:write", "projects:read"),
                "project_ids",
                List.of("demo"),
                "command_types",
                List.of("shell"),
                "max_turns",
                5,
                "expires_in",
                "48h"));
    var console = ConsoleClient.logIn(server.uri(), giver.path("key").asText());
    var form = console.get(PAGE).html();
    assertThat(form)
        .contains("value=\"keys:write\"", "value=\"demo\"", "value=\"5\"", ">47 hours<")
        .doesNotContain("value=\"admin\"", "value=\"audit:read\"", "value=\"claude\"");

    var refused =
        console.post(
            PAGE,
            "name",
            "<script>alert(12)</script>\"'",
            "scopes",
            "admin",
            "scopes",
            "projects:read",
            "project_ids",
            "demo, other",
            "expires_in",
            "never");

    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.html())
        .contains(
            "value=\"&lt;script&gt;alert(12)&lt;/script&gt;&quot;&#39;\"",
            "value=\"demo, other\"",
            "value=\"projects:read\" checked=\"checked\"",
            "id=\"scopes-error\"",
            "id=\"project_ids-error\"",
            "id=\"expires_in-error\"",
            "id=\"max_turns-error\"")
        .doesNotContain("<script>alert", "id=\"name-error\"", "new-key");
    assertThat(api.get("/keys?limit=200").text()).doesNotContain("alert(12)</script>\\\"'");
    var denied = api.get("/audit?action=request.denied&actor=" + giver.path("id").asText());
    assertThat(denied.data().get(0).path("target").asText()).isEqualTo("POST " + PAGE);

    var given =
        console.post(
            PAGE,
            "name",
            "given",
            "scopes",
            "projects:read",
            "project_ids",
            "demo",
            "command_types",
            "shell",
            "expires_in",
            "47h",
            "max_turns",
            "5");
    assertThat(given.status()).as(given.html()).isEqualTo(201);
  }

  @Test
  void everyFieldAtFaultIsNamedAtOnce() {
    var refused =
        admin.post(
            PAGE,
            "name",
            " ",
            "project_ids",
            ",",
            "allowed_ips",
            "10.0.0.1, localhost",
            "expires_in",
            "31d",
            "rate_limit_rps",
            "99999999999",
            "max_tokens",
            "many",
            "max_cost_usd",
            "NaN");

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.html())
        .contains(
            "id=\"name-error\"",
            "id=\"scopes-error\"",
            "id=\"project_ids-error\"",
            "id=\"allowed_ips-error\"",
            "id=\"expires_in-error\"",
            "id=\"rate_limit_rps-error\"",
            "id=\"max_tokens-error\"",
            "id=\"max_cost_usd-error\"",
            "value=\"99999999999\"",
            "value=\"many\"")
        .doesNotContain("id=\"command_types-error\"", "id=\"max_turns-error\"");
  }

  @Test
  void revokingAsksFirstAndEndsTheKey() {
    var key = key(Map.of("name", "to be revoked", "scopes", List.of("projects:read")));
    var client = client(key.path("key").asText());
    var session = ConsoleClient.logIn(server.uri(), key.path("key").asText());
    var id = key.path("id").asText();

    var asked = admin.post(PAGE + "/" + id + "/revoke");

    assertThat(asked.status()).isEqualTo(200);
    assertThat(asked.html()).contains("Revoke “to be revoked”?", "name=\"confirmed\"");
    assertThat(client.get("/keys/self").status()).isEqualTo(200);

    var revoked = admin.post(PAGE + "/" + id + "/revoke", "confirmed", "yes");

    assertThat(revoked.location()).isEqualTo(PAGE + "/" + id + "?notice=key_revoked");
    assertThat(admin.get(revoked.location()).html())
        .contains("The key was revoked", "badge revoked")
        .doesNotContain("/rotate\"", "/revoke\"");
    Awaitility.await()
        .atMost(Duration.ofSeconds(3))
        .until(() -> client.get("/keys/self").errorCode().equals("KEY_REVOKED"));
    assertThat(session.get("/console").location()).startsWith("/console/login");
    assertThat(audited("key.revoked", id).isMissingNode()).isFalse();
    var back = admin.post(PAGE + "/" + id + "/revoke", "confirmed", "yes", "back", "keys");
    assertThat(back.location()).isEqualTo(PAGE + "?notice=key_revoked");
  }

  @Test
  void rotatingShowsTheNewKeyOnceAndKeepsWhatItMay() {
    var old =
        key(
            Map.of(
                "name",
                "turned",
                "scopes",
                List.of("projects:read"),
                "project_ids",
                List.of("demo")));
    var path = PAGE + "/" + old.path("id").asText();
    assertThat(admin.post(path + "/rotate", "grace", "2h").status()).isEqualTo(400);

    var rotated = admin.post(path + "/rotate", "grace", "1h");

    assertThat(rotated.status()).as(rotated.html()).isEqualTo(201);
    assertThat(rotated.html()).contains("works for one more hour");
    var self = client(plain(rotated)).get("/keys/self").data();
    assertThat(self.path("name").asText()).isEqualTo("turned");
    assertThat(self.path("project_ids")).hasToString("[\"demo\"]");
    assertThat(client(old.path("key").asText()).get("/keys/self").status()).isEqualTo(200);
    assertThat(admin.get(path).html())
        .contains(PAGE + "/" + self.path("id").asText(), "class=\"warn\"")
        .doesNotContain("/rotate\"");
    assertThat(admin.post(path + "/rotate", "grace", "0h").status()).isEqualTo(409);
  }

  @Test
  void whoMayOnlyLookSeesNoFormsAndCannotForgeThem() {
    var target = key(Map.of("name", "target", "scopes", List.of("projects:read")));
    var reader = key(Map.of("name", "looker", "scopes", List.of("keys:read")));
    var console = ConsoleClient.logIn(server.uri(), reader.path("key").asText());
    var path = PAGE + "/" + target.path("id").asText();

    assertThat(console.get(PAGE).html())
        .contains("target")
        .doesNotContain("Create key", "/revoke\"", "New key");
    assertThat(console.get(path).html())
        .contains("target")
        .doesNotContain("/revoke\"", "/rotate\"", "/console/audit");

    assertThat(console.post(PAGE, "name", "forged", "scopes", "keys:read").status()).isEqualTo(403);
    assertThat(console.post(path + "/revoke", "confirmed", "yes").status()).isEqualTo(403);
    assertThat(console.post(path + "/rotate", "grace", "0h").status()).isEqualTo(403);
    assertThat(api.get("/keys?limit=200").text()).doesNotContain("forged");
    assertThat(api.get("/keys/" + target.path("id").asText()).data().path("status").asText())
        .isEqualTo("active");
  }

  @Test
  void whoMayOnlyMakeKeysSeesNoneOnTheWay() {
    var maker = key(Map.of("name", "maker", "scopes", List.of("keys:write")));
    var target = key(Map.of("name", "unseen", "scopes", List.of("keys:write")));
    var console = ConsoleClient.logIn(server.uri(), maker.path("key").asText());

    assertThat(console.get(PAGE).status()).isEqualTo(403);
    var refused = console.post(PAGE, "name", "x", "scopes", "admin");
    var asked = console.post(PAGE + "/" + target.path("id").asText() + "/revoke");

    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.html()).contains("Create key").doesNotContain("unseen");
    assertThat(asked.html()).contains("Revoke this key?").doesNotContain("unseen");
  }

  @Test
  void nothingIsDoneWithoutTheTokenOfTheSession() {
    var target = key(Map.of("name", "kept", "scopes", List.of("projects:read")));
    var path = PAGE + "/" + target.path("id").asText();

    assertThat(admin.postAsIs(PAGE, "name", "tokenless", "scopes", "admin").status())
        .isEqualTo(403);
    assertThat(
            admin
                .postAsIs(PAGE, "name", "tokenless", "scopes", "admin", "form_token", "x")
                .status())
        .isEqualTo(403);
    assertThat(admin.postAsIs(path + "/revoke", "confirmed", "yes").status()).isEqualTo(403);
    assertThat(admin.postAsIs(path + "/rotate", "grace", "0h").status()).isEqualTo(403);

    assertThat(api.get("/keys?limit=200").text()).doesNotContain("tokenless");
    assertThat(client(target.path("key").asText()).get("/keys/self").status()).isEqualTo(200);
  }

  @Test
  void namesAreTextEverywhere() {
    var name = "<script>alert('key')</script><img src=x onerror=alert(2)>";
    var id = key(Map.of("name", name, "scopes", List.of("admin"))).path("id").asText();

    for (var page :
        List.of(
            admin.get(PAGE),
            admin.get(PAGE + "/" + id),
            admin.get(PAGE + "?like=" + id),
            admin.post(PAGE + "/" + id + "/revoke"),
            admin.post(PAGE + "/" + id + "/rotate", "grace", "24h"))) {
      assertThat(page.html())
          .contains("&lt;script&gt;alert(")
          .doesNotContain("<script>alert", "<img src=x");
    }
  }

  @Test
  void aListLeadsOnToOlderOnes() {
    var older = key(Map.of("name", "older of two", "scopes", List.of("projects:read")));
    key(Map.of("name", "newer of two", "scopes", List.of("projects:read")));

    var first = admin.get(PAGE + "?limit=1").html();

    assertThat(first).contains("newer of two").doesNotContain("older of two");
    var next = Pattern.compile("rel=\"next\" href=\"([^\"]+)\"").matcher(first);
    assertThat(next.find()).isTrue();
    assertThat(admin.get(next.group(1).replace("&amp;", "&")).row("older of two"))
        .contains(older.path("key_prefix").asText());
  }

  @Test
  void aNarrowerKeyBeginsAsTheOtherOneIs() {
    var wide =
        key(
            Map.of(
                "name",
                "wide",
                "scopes",
                List.of("audit:read"),
                "project_ids",
                List.of("a", "b"),
                "rate_limit_rps",
                12));

    var form = admin.get(PAGE + "?like=" + wide.path("id").asText()).html();

    assertThat(form)
        .contains(
            "value=\"audit:read\" checked=\"checked\"",
            "value=\"a, b\"",
            "value=\"12\"",
            "value=\"90d\" selected=\"selected\"");
    assertThat(admin.get(PAGE + "?like=nobody").status()).isEqualTo(404);
    assertThat(admin.get(PAGE + "/nobody").status()).isEqualTo(404);
  }

  private static String plain(Shown made) {
    var key = NEW_KEY.matcher(made.html());
    assertThat(key.find()).as(made.html()).isTrue();
    return key.group(1);
  }

  private JsonNode audited(String action, String target) {
    for (var entry : api.get("/audit?limit=200&action=" + action).data()) {
      if (entry.path("target").asText().equals(target)) {
        return entry;
      }
    }
    throw new AssertionError("no " + action + " of " + target);
  }

  private JsonNode key(Map<String, ?> body) {
    var answer = api.post("/keys", body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer.data();
  }

  private ApiClient client(String key) {
    return new ApiClient(server.uri(), key);
  }
}
