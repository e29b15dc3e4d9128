package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ApiClient.Answer;
import ai.orchard9.rdev.testing.ServerProcess;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `/keys` as clients see it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KeysTest {
  private static final List<String> FIELDS =
      List.of(
          "id",
          "name",
          "key_prefix",
          "scopes",
          "project_ids",
          "command_types",
          "allowed_ips",
          "rate_limit_rps",
          "max_turns",
          "max_tokens",
          "max_cost_usd",
          "created_at",
          "created_by",
          "expires_at",
          "last_used_at",
          "revoked_at",
          "deprecated_at",
          "replaced_by",
          "status");

  private final ServerProcess server = SharedServer.get();
  private final ApiClient admin = server.client();

  @Test
  void makesAKeyThatWorksAtOnceAndShowsItOnce() {
    var answer = make(Map.of("name", "ci", "scopes", List.of("projects:read", "projects:read")));

    assertThat(answer.status()).isEqualTo(201);
    var data = answer.data();
    assertThat(answer.header("Location")).isEqualTo("/keys/" + data.path("id").asText());
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    var fields = new ArrayList<>(FIELDS);
    fields.add("key");
    assertThat(names(data)).isEqualTo(new HashSet<>(fields));
    var key = data.path("key").asText();
    assertThat(key).matches("rdev_sk_[0-9a-f]{8}_[0-9A-Za-z]{38}");
    assertThat(key).contains("_" + data.path("key_prefix").asText() + "_");
    assertThat(data.path("scopes").toString()).isEqualTo("[\"projects:read\"]");
    assertThat(data.path("status").asText()).isEqualTo("active");
    assertThat(data.path("expires_at").isNull()).isTrue();

    assertThat(client(key).get("/projects").status()).isEqualTo(200);
    var bearer = admin.get("/projects", "X-API-Key", "", "Authorization", "Bearer " + key);
    assertThat(bearer.status()).as("an empty X-API-Key is one that is wrong").isEqualTo(401);

    var shown = admin.get("/keys/" + data.path("id").asText());
    assertThat(names(shown.data())).isEqualTo(new HashSet<>(FIELDS));
    assertThat(shown.text()).doesNotContain(key.substring(17));
    assertThat(server.log()).doesNotContain(key.substring(17));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "name | null",
        "name | \"\"",
        "name | \"  \"",
        "name | \"a\\u001bb\"",
        "name | 5",
        "scopes | null",
        "scopes | []",
        "scopes[0] | [\"root\"]",
        "scopes[1] | [\"admin\", \"Admin\"]",
        "scopes[0] | [null]",
        "project_ids | []",
        "project_ids[0] | [\"\"]",
        "project_ids | \"a\"",
        "command_types | []",
        "command_types[0] | [\"bash\"]",
        "allowed_ips | []",
        "allowed_ips[0] | [\"10.0.0.1/8\"]",
        "allowed_ips[1] | [\"10.0.0.1\", \"localhost\"]",
        "expires_in | \"31d\"",
        "expires_in | \"0h\"",
        "expires_in | \"-1h\"",
        "expires_in | \"87601h\"",
        "expires_in | 30",
        "rate_limit_rps | 0",
        "rate_limit_rps | 10001",
        "rate_limit_rps | 1.5",
        "max_turns | 0",
        "max_tokens | -1",
        "max_cost_usd | 0",
        "max_cost_usd | 1e400",
        "nope | 1",
      })
  void namesTheFieldAtFault(String field, String value) {
    var name = field.replaceAll("\\[.*", "");
    var body = new HashMap<String, String>();
    body.put("name", "\"x\"");
    body.put("scopes", "[\"projects:read\"]");
    body.put(name, value);
    var json = new ArrayList<String>();
    body.forEach((key, text) -> json.add("\"" + key + "\":" + text));

    var answer = admin.postText("/keys", "{" + String.join(",", json) + "}");

    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.json().at("/error/details/0/field").asText()).isEqualTo(field);
  }

  @Test
  void aKeyDoesWhatItsScopesSay() {
    var reader = client(made("reader", "keys:read"));
    var writer = client(made("writer", "keys:write"));
    var none = client(made("none", "audit:read"));
    var body = Map.of("name", "x", "scopes", List.of("keys:write"));

    assertThat(reader.get("/keys").status()).isEqualTo(200);
    assertForbidden(reader.post("/keys", body), "keys:write");
    assertThat(writer.post("/keys", body).status()).isEqualTo(201);
    assertForbidden(writer.get("/keys"), "keys:read");
    assertForbidden(none.get("/keys"), "keys:read");
    var self = none.get("/keys/self");
    assertThat(self.status()).isEqualTo(200);
    assertThat(self.data().path("name").asText()).isEqualTo("none");
    assertThat(names(self.data())).isEqualTo(new HashSet<>(FIELDS));
    var adminSelf = admin.get("/keys/self").data();
    assertThat(adminSelf.path("id").isNull()).isTrue();
    assertThat(adminSelf.path("scopes").toString()).isEqualTo("[\"admin\"]");
    assertThat(admin.get("/keys/self", "X-API-Key", "nonsense").status()).isEqualTo(401);
  }

  @Test
  void nobodyGivesMoreThanTheyHave() {
    var limited =
        client(
            make(Map.of(
                    "name",
                    "limited",
                    "scopes",
                    List.of("admin"),
                    "project_ids",
                    List.of("demo"),
                    "expires_in",
                    "60d"))
                .data()
                .path("key")
                .asText());

    var refused =
        limited.post(
            "/keys", Map.of("name", "x", "scopes", List.of("admin"), "project_ids", List.of("a")));
    assertForbidden(refused, "project_ids, expires_in");
    var child =
        limited.post(
            "/keys",
            Map.of(
                "name",
                "x",
                "scopes",
                List.of("admin"),
                "project_ids",
                List.of("demo"),
                "expires_in",
                "30d"));
    assertThat(child.status()).isEqualTo(201);
  }

  @Test
  void listsNewestFirstInPages() {
    var marker = UUID.randomUUID().toString();
    for (int i = 0; i < 5; i++) {
      made(marker + i, "audit:read");
    }

    var names = new ArrayList<String>();
    var cursor = "";
    do {
      var page = admin.get("/keys?limit=2" + cursor);
      page.data().forEach(it -> names.add(it.path("name").asText()));
      var next = page.json().at("/meta/next_cursor");
      cursor = next.isNull() ? "" : "&cursor=" + next.asText();
    } while (!cursor.isEmpty());

    assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(5);
    assertThat(names.stream().filter(it -> it.startsWith(marker)).toList())
        .isEqualTo(List.of(marker + 4, marker + 3, marker + 2, marker + 1, marker + 0));
    assertThat(admin.get("/keys?cursor=x").status()).isEqualTo(400);
  }

  @Test
  void revokesForGoodAndTwice() {
    var answer = make(Map.of("name", "gone", "scopes", List.of("projects:read")));
    var id = answer.data().path("id").asText();
    var client = client(answer.data().path("key").asText());
    assertThat(client.get("/projects").status()).isEqualTo(200);

    assertThat(admin.delete("/keys/" + id).status()).isEqualTo(204);
    var refused = client.get("/projects");
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.errorCode()).isEqualTo("KEY_REVOKED");
    assertThat(refused.header("WWW-Authenticate")).startsWith("Bearer");
    assertThat(admin.delete("/keys/" + id).status()).isEqualTo(204);
    var shown = admin.get("/keys/" + id).data();
    assertThat(shown.path("status").asText()).isEqualTo("revoked");
    assertThat(shown.path("revoked_at").isNull()).isFalse();
    assertThat(admin.post("/keys/" + id + "/rotate", Map.of()).status()).isEqualTo(409);
    for (var unknown : List.of(UUID.randomUUID().toString(), "x", "1-1-1-1-1")) {
      assertThat(admin.delete("/keys/" + unknown).status()).isEqualTo(404);
      assertThat(admin.get("/keys/" + unknown).status()).isEqualTo(404);
      assertThat(admin.post("/keys/" + unknown + "/rotate", Map.of()).status()).isEqualTo(404);
    }
  }

  @Test
  void anOldKeySaysOnEveryAnswerWhenItEnds() {
    var old = make(Map.of("name", "rotated", "scopes", List.of("projects:execute"))).data();
    var id = old.path("id").asText();
    var oldClient = client(old.path("key").asText());
    assertThat(oldClient.get("/projects").find("Deprecation")).isEmpty();

    assertThat(admin.post("/keys/" + id + "/rotate", Map.of("grace", "1w")).status())
        .isEqualTo(400);
    var rotated = admin.postText("/keys/" + id + "/rotate", "");
    assertThat(rotated.status()).as(rotated.text()).isEqualTo(201);
    assertThat(admin.post("/keys/" + id + "/rotate", Map.of()).status()).isEqualTo(409);

    var newClient = client(rotated.data().path("key").asText());
    assertThat(newClient.get("/projects").find("Deprecation")).isEmpty();
    var shown = admin.get("/keys/" + id).data();
    var end = Instant.parse(shown.path("expires_at").asText()).getEpochSecond();
    var listed = oldClient.get("/projects");
    assertThat(listed.status()).isEqualTo(200);
    assertThat(listed.header("Deprecation")).isEqualTo("@" + end);
    assertThat(oldClient.get("/commands/cmd-nope").header("Deprecation")).isEqualTo("@" + end);
    assertThat(oldClient.get("/nothing-here").status()).isEqualTo(404);
    var command = oldClient.shell("echo x");
    try (var events = oldClient.events(command)) {
      assertThat(events.status()).isEqualTo(200);
      assertThat(events.header("Deprecation")).contains("@" + end);
    }
    oldClient.awaitEnd(command, Duration.ofSeconds(30));
    assertThat(oldClient.get("/commands/" + command + "/output").header("Deprecation"))
        .isEqualTo("@" + end);
    assertThat(shown.path("replaced_by").asText()).isEqualTo(rotated.data().path("id").asText());
  }

  @Test
  void aKeyWithoutGraceEndsAtOnce() {
    var old = make(Map.of("name", "leaked", "scopes", List.of("projects:read"))).data();

    admin.post("/keys/" + old.path("id").asText() + "/rotate", Map.of("grace", "0s"));

    var refused = client(old.path("key").asText()).get("/projects");
    assertThat(refused.errorCode()).isEqualTo("KEY_EXPIRED");
    assertThat(refused.find("Deprecation")).isPresent();
  }

  private Answer make(Map<String, ?> body) {
    var answer = admin.post("/keys", body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer;
  }

  private String made(String name, String... scopes) {
    return make(Map.of("name", name, "scopes", List.of(scopes))).data().path("key").asText();
  }

  private ApiClient client(String key) {
    return new ApiClient(server.uri(), key);
  }

  private static void assertForbidden(Answer answer, String message) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(403);
    assertThat(answer.errorCode()).isEqualTo("FORBIDDEN");
    assertThat(answer.json().at("/error/message").asText()).contains(message);
  }

  private static Set<String> names(JsonNode node) {
    var names = new HashSet<String>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
