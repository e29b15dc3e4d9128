package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ConsoleClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What the first page says to whom, on a server of its own, where much needs attention.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OverviewPageTest {
  private static final String DATABASE = "attention";

  private final TestPostgres postgres = TestPostgres.shared();
  private ServerProcess server = ServerProcess.named(DATABASE).build();

  @BeforeAll
  void start() {
    server =
        ServerProcess.named(DATABASE)
            .environment(postgres.createDatabase(DATABASE))
            .environment("WEBHOOK_ALLOWED_TARGETS", "127.0.0.1")
            .start();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private String key(Map<String, ?> wanted) {
    return server.client().post("/keys", wanted).data().path("key").asText();
  }

  @Test
  void saysWhatNeedsAttentionToWhoMayKnow() {
    var admin = ConsoleClient.logIn(server.uri(), ServerProcess.KEY);
    assertThat(admin.get("/console").html()).contains("Nothing needs attention.");

    postgres.execute(
        DATABASE,
        """
        INSERT INTO commands (id, project, type, status, priority, metadata, request,
          timeout_seconds, key_name, request_id, marker, created_at, started_at, finished_at,
          error_code)
        SELECT 'cmd-u' || n, CASE WHEN n = 3 THEN 'other' ELSE 'demo' END, 'shell', 'failed',
          'normal', '{}', '{"command": "true"}', 60, 'k', 'r', 'm', at, at, at,
          CASE WHEN n = 4 THEN 'EXIT_NONZERO' ELSE 'OUTCOME_UNKNOWN' END
        FROM generate_series(1, 5) AS n,
          LATERAL (SELECT now() - CASE WHEN n = 5 THEN interval '2 days' ELSE interval '1 hour' END
            AS at) AS moment
        """);
    var url = "http://127.0.0.1:9/x?a=1&b=2";
    var hook =
        server
            .client()
            .post("/webhooks", Map.of("url", url, "events", List.of("command.failed")))
            .data();
    postgres.execute(
        DATABASE,
        "UPDATE webhooks SET enabled = false, disabled_reason = 'gone', disabled_at = now()");
    key(Map.of("name", "ends soon", "scopes", List.of("keys:read"), "expires_in", "48h"));
    postgres.execute(
        DATABASE,
        """
        INSERT INTO api_keys (id, name, key_prefix, key_hash, scopes, created_at, created_by)
        SELECT gen_random_uuid(), 'newer', 'abcdef01', lpad(n::text, 64, '0'), '{keys:read}',
          now() + interval '1 minute', 'admin_key'
        FROM generate_series(1, 600) AS n
        """);
    var limited =
        key(
            Map.of(
                "name",
                "limited",
                "scopes",
                List.of("projects:read"),
                "project_ids",
                List.of("other")));
    assertThat(server.admin().run("queue?action=pause").status()).isEqualTo(200);

    var page = admin.get("/console").html();
    assertThat(page)
        .contains("3 of the last day&#39;s commands may have run")
        .contains("The webhook http://127.0.0.1:9/x?a=1&amp;b=2 was disabled")
        .contains("/console/webhooks/" + hook.path("id").asText())
        .contains("The key ends soon expires at")
        .contains("The whole queue is paused")
        .contains("<svg class=\"chart\"")
        .doesNotContain("Nothing needs attention");
    assertThat(page.indexOf("may have run")).isLessThan(page.indexOf("expires at"));

    assertThat(ConsoleClient.logIn(server.uri(), limited).get("/console").html())
        .contains("1 of the last day&#39;s commands may have run", "The whole queue is paused")
        .doesNotContain("expires at", "was disabled", "<svg class=\"chart\"");
  }
}
