package ai.orchard9.rdev.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ConsoleClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// How long the console's pages take where a month has left a million commands and a million rows
/// of the audit log.
final class ConsoleBenchmark {
  private static final String DATABASE = "console_bench";
  private static final int ROWS = 1_000_000;
  private static final int PART = 50_000;
  private static final int WARM_UP = 400;
  private static final int VISITS = 200;

  private static final String COMMANDS =
      """
      INSERT INTO commands (id, project, type, status, priority, metadata, request,
        timeout_seconds, key_id, key_name, request_id, marker, created_at, started_at, finished_at,
        error_code, kill_reason)
      SELECT 'cmd-f' || n,
        CASE WHEN n % 4 = 0 THEN 'demo' ELSE 'project-' || n % 50 END,
        'shell', CASE WHEN n % 100 = 0 THEN 'cancelled' WHEN n % 10 = 1 THEN 'failed'
          ELSE 'completed' END, 'normal', '{}', '{"command": "make test"}', 60,
        ('00000000-0000-4000-8000-' || lpad((n % 20)::text, 12, '0'))::uuid, 'key-' || n % 20,
        'r', 'm', at, at, at,
        CASE WHEN n % 10 = 1 THEN CASE WHEN n % 1000 = 1 THEN 'OUTCOME_UNKNOWN'
          ELSE 'EXIT_NONZERO' END END,
        CASE WHEN n % 100 = 0 THEN 'cancel' END
      FROM generate_series(FIRST, LAST) AS n,
        LATERAL (SELECT now() - interval '30 days' * n / ROWS AS at) AS moment
      """;

  private static final String AUDIT =
      """
      WITH told AS (
        INSERT INTO audit_log (at, actor_key_id, actor_key_name, actor_kind, project, action,
          target, outcome, detail)
        SELECT now() - interval '30 days' * (ROWS + 1 - n) / ROWS,
          ('00000000-0000-4000-8000-' || lpad((n % 20)::text, 12, '0'))::uuid, 'key-' || n % 20,
          CASE WHEN n % 3 = 0 THEN 'key' ELSE 'system' END, 'project-' || n % 50,
          'command.' || (ARRAY['submitted', 'started', 'finished'])[1 + n % 3], 'cmd-f' || n,
          CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'allowed' END, '{"type": "shell"}'
        FROM generate_series(FIRST, LAST) AS n
        RETURNING id
      )
      INSERT INTO audit_seal (position, audit_id, previous_hash, hash, keyed)
      SELECT (SELECT coalesce(max(position), 0) FROM audit_seal) + row_number() OVER (ORDER BY id),
        id, repeat('a', 64), repeat('b', 64), false
      FROM told
      """;

  private static final String MINUTES =
      """
      INSERT INTO command_minutes (minute, completed, failed, cancelled, queue_p50_ms, queue_p95_ms,
        run_p50_ms, run_p95_ms, pending, running)
      SELECT minute, 20, 2, 1, 10, 40, 1000, 5000, 3, 4
      FROM generate_series(date_trunc('minute', now()) - interval '25 hours',
        date_trunc('minute', now()) - interval '3 minutes', interval '1 minute') AS minute
      ON CONFLICT DO NOTHING
      """;

  /// In parts, for a statement may take as long as a connection of the tests waits.
  private static void fill(TestPostgres postgres, String sql) {
    for (int first = 1; first <= ROWS; first += PART) {
      postgres.execute(
          DATABASE,
          sql.replace("ROWS", Integer.toString(ROWS))
              .replace("FIRST", Integer.toString(first))
              .replace("LAST", Integer.toString(first + PART - 1)));
    }
  }

  private static Map<String, String> pages() {
    var pages = new LinkedHashMap<String, String>();
    pages.put("overview", "/console");
    pages.put("projects", "/console/projects");
    pages.put("a project", "/console/projects/demo");
    pages.put("commands", "/console/commands");
    pages.put("those that failed", "/console/commands?status=failed");
    pages.put("a command", "/console/commands/cmd-f1");
    pages.put("queue", "/console/queue");
    pages.put("keys", "/console/keys");
    pages.put("audit log", "/console/audit");
    pages.put("what one key started", "/console/audit?actor=key-7&action=command.started");
    pages.put("webhooks", "/console/webhooks");
    pages.put("limits", "/console/limits");
    return pages;
  }

  @Test
  void measuresPages() throws Exception {
    var postgres = TestPostgres.shared();
    var settings =
        ServerProcess.named("console-bench")
            .environment(postgres.createDatabase(DATABASE))
            .environment("RATE_LIMIT_RPS", "10000");
    try (var server = settings.start()) {
      fill(postgres, COMMANDS);
      fill(postgres, AUDIT);
      postgres.execute(DATABASE, MINUTES);
      postgres.execute(DATABASE, "VACUUM ANALYZE");
      var console = ConsoleClient.logIn(server.uri(), ServerProcess.KEY);
      var bare = measured(console, "/console/login");
      var report =
          new Report("r. The console: pages", "ms", "p50", "p95", "p99", "bare p50", "ratio");
      for (var page : pages().entrySet()) {
        var samples = measured(console, page.getValue());
        report.row(page.getKey(), samples.against(bare));
        assertThat(samples.percentile(0.95)).as(page.getKey()).isLessThanOrEqualTo(50);
      }
      report
          .note(
              """
              %,d commands and %,d rows of the audit log of 30 days, a day of recorded minutes; each page %d times after
              %d to warm up, over one connection, from the request to the last byte. Bare is the page of the login,
              which asks the database nothing. Target: p95 ≤ 50 ms.
              """
                  .formatted(ROWS, ROWS, VISITS, WARM_UP))
          .write();
    }
  }

  private static Samples measured(ConsoleClient console, String path) throws Exception {
    for (int i = 0; i < WARM_UP; i++) {
      assertThat(console.get(path).status()).isEqualTo(200);
    }
    var samples = new Samples(VISITS);
    for (int i = 0; i < VISITS; i++) {
      samples.time(() -> console.get(path));
    }
    return samples;
  }
}
