package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One resource method that needs a key.
///
/// @param path for one call, of a client that may do all: may make what the call is about
/// @param scope what a key needs; empty: any key will do
/// @param ofProject whether a key of another project is told that there is nothing
/// @param success status for the right key
/// @param action what is on record then; empty: nothing
record Endpoint(
    String method,
    String template,
    Function<ApiClient, String> path,
    @Nullable Object body,
    String scope,
    boolean ofProject,
    int success,
    String action) {

  /// A project in which nothing starts: whoever goes through the table has to pause it.
  static final String PAUSED = "paused";

  static final List<Endpoint> ALL =
      Stream.of(
              ofCommandsAndKeys(),
              EndpointsOfClaudeConfig.ALL.stream(),
              EndpointsOfWebhooks.ALL.stream())
          .flatMap(it -> it)
          .toList();

  private static Stream<Endpoint> ofCommandsAndKeys() {
    return Stream.of(
        reading("/projects", _ -> "/projects", "projects:read", false),
        reading("/projects/{id}", _ -> "/projects/demo", "projects:read", true),
        submitting("shell", Map.of("command", "true")),
        submitting("git", Map.of("args", List.of("status"))),
        submitting("claude", Map.of("prompt", "hello")),
        reading(
            "/projects/{id}/claude-sessions",
            _ -> "/projects/demo/claude-sessions",
            "projects:read",
            true),
        reading(
            "/projects/{id}/events",
            admin -> "/projects/demo/events?stream_id=" + finished(admin),
            "projects:read",
            true),
        reading("/commands", _ -> "/commands", "projects:read", false),
        reading("/commands/{id}", admin -> "/commands/" + finished(admin), "projects:read", true),
        reading(
            "/commands/{id}/events",
            admin -> "/commands/" + finished(admin) + "/events",
            "projects:read",
            true),
        reading(
            "/commands/{id}/output",
            admin -> "/commands/" + finished(admin) + "/output",
            "projects:read",
            true),
        new Endpoint(
            "POST",
            "/commands/{id}/cancel",
            admin -> "/commands/" + running(admin) + "/cancel",
            Map.of("grace_seconds", 0),
            "projects:execute",
            true,
            202,
            "command.cancelled"),
        new Endpoint(
            "PATCH",
            "/commands/{id}",
            admin -> "/commands/" + pending(admin),
            Map.of("priority", "high"),
            "projects:execute",
            true,
            200,
            "command.prioritized"),
        reading("/queue", _ -> "/queue", "projects:read", false),
        reading("/audit", _ -> "/audit", "audit:read", false),
        reading("/audit/verify", _ -> "/audit/verify", "audit:read", false),
        new Endpoint(
            "POST",
            "/keys",
            _ -> "/keys",
            Map.of(
                "name",
                "made by a key",
                "scopes",
                List.of("projects:read"),
                "project_ids",
                List.of(ApiClient.DEMO)),
            "keys:write",
            false,
            201,
            "key.created"),
        reading("/keys", _ -> "/keys", "keys:read", false),
        reading("/keys/{id}", admin -> "/keys/" + keyId(admin), "keys:read", true),
        reading("/keys/self", _ -> "/keys/self", "", false),
        new Endpoint(
            "DELETE",
            "/keys/{id}",
            admin -> "/keys/" + keyId(admin),
            null,
            "keys:write",
            true,
            204,
            "key.revoked"),
        new Endpoint(
            "POST",
            "/keys/{id}/rotate",
            admin -> "/keys/" + keyId(admin) + "/rotate",
            Map.of(),
            "keys:write",
            true,
            201,
            "key.rotated"));
  }

  static Endpoint reading(
      String template, Function<ApiClient, String> path, String scope, boolean ofProject) {
    return new Endpoint("GET", template, path, null, scope, ofProject, 200, "");
  }

  private static Endpoint submitting(String type, Object body) {
    return new Endpoint(
        "POST",
        "/projects/{id}/" + type,
        _ -> "/projects/demo/" + type,
        body,
        "projects:execute",
        true,
        202,
        "command.submitted");
  }

  private static String finished(ApiClient admin) {
    return admin.run("true").path("id").asText();
  }

  private static String running(ApiClient admin) {
    var id = admin.shell("sleep 600");
    admin.awaitRunning(id);
    return id;
  }

  private static String pending(ApiClient admin) {
    var answer = admin.post("/projects/" + PAUSED + "/shell", Map.of("command", "true"));
    assertThat(answer.data().path("status").asText()).as(answer.text()).isEqualTo("pending");
    return answer.data().path("id").asText();
  }

  private static String keyId(ApiClient admin) {
    var answer =
        admin.post(
            "/keys",
            Map.of(
                "name",
                "to be called",
                "scopes",
                List.of("projects:read"),
                "project_ids",
                List.of(ApiClient.DEMO)));
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer.data().path("id").asText();
  }

  @Override
  public String toString() {
    return method + " " + template;
  }
}
