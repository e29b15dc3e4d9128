package ai.orchard9.rdev.command.queue;

import java.util.List;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;

/// A queue in which very much waits, and a history as long.
final class LongLine {
  static final int PENDING = 100_000;
  static final int FINISHED = 100_000;

  /// Half of what waits.
  static final String LONGEST = "project-00";

  static final List<String> PROJECTS =
      IntStream.range(0, 50).mapToObj("project-%02d"::formatted).toList();

  private LongLine() {}

  /// What waits came within the last four hours, what has ended within the last month, or, 300 of
  /// them, more than a year ago. One in a hundred was cancelled, one in ten failed. Of what waits
  /// every fifth has only so much time, and the first hundred of them have run out of it.
  static void fill(Handle handle) {
    handle
        .createUpdate(
            """
            WITH made AS (
              INSERT INTO commands (id, project, type, status, priority, metadata, request,
                timeout_seconds, key_id, key_name, request_id, marker, created_at, start_before)
              SELECT 'cmd-p' || n,
                'project-' || lpad((CASE WHEN n % 2 = 0 THEN 0 ELSE n / 2 % :projects END)::text,
                  2, '0'),
                (ARRAY['shell', 'git', 'claude'])[1 + n % 3], 'pending',
                (ARRAY['low', 'normal', 'normal', 'normal', 'high', 'urgent'])[1 + n % 6], '{}',
                '{"command": "true"}', 60, ('00000000-0000-4000-8000-' || lpad((n % 20)::text, 12, '0'))::uuid, 'key-' || n % 20, 'r', 'm',
                now() - interval '4 hours' * n / :pending,
                CASE WHEN n % 5 = 0 THEN now() + interval '1 hour' * CASE WHEN n <= 500 THEN 0 ELSE 1 END
                  END
              FROM generate_series(1, :pending) AS n
              RETURNING id, project, priority, created_at, start_before
            )
            INSERT INTO pending_commands (command_id, project, priority, due, created_at,
              start_before)
            SELECT id, project, priority,
            """
                + QueueSql.DUE
                + ", created_at, start_before FROM made")
        .bind("projects", PROJECTS.size())
        .bind("pending", PENDING)
        .bind("agingSeconds", QueueFixture.AGING.toSeconds())
        .execute();
    handle
        .createUpdate(
            """
            INSERT INTO commands (id, project, type, status, priority, metadata, request,
              timeout_seconds, key_id, key_name, request_id, marker, created_at, started_at,
              finished_at, error_code, kill_reason)
            SELECT 'cmd-f' || n, 'project-' || lpad((n % :projects)::text, 2, '0'),
              (ARRAY['shell', 'git', 'claude'])[1 + n % 3],
              CASE WHEN n % 100 = 0 THEN 'cancelled' WHEN n % 10 = 1 THEN 'failed'
                ELSE 'completed' END, 'normal', '{}', '{"command": "true"}', 60,
              ('00000000-0000-4000-8000-' || lpad((n % 20)::text, 12, '0'))::uuid, 'key-' || n % 20, 'r', 'm', at, at, at,
              CASE WHEN n % 10 = 1 THEN 'EXIT' END, CASE WHEN n % 100 = 0 THEN 'cancel' END
            FROM generate_series(1, :finished) AS n, LATERAL (SELECT now()
              - CASE WHEN n <= 300 THEN interval '400 days' ELSE interval '0' END
              - interval '30 days' * n / :finished AS at) AS moment
            """)
        .bind("projects", PROJECTS.size())
        .bind("finished", FINISHED)
        .execute();
    handle
        .createUpdate(
            """
            WITH told AS (
              INSERT INTO project_events (project, command_id, type, status, at, position)
              SELECT project, id, type, status, created_at,
                row_number() OVER (PARTITION BY project ORDER BY created_at, id)
              FROM commands ORDER BY created_at, id
            ), known AS (
              INSERT INTO idempotency_keys (owner, idempotency_key, fingerprint, command_id,
                created_at)
              SELECT key_id, id, repeat('a', 64), id, created_at FROM commands WHERE id LIKE '%7'
            )
            INSERT INTO audit_log (actor_key_id, actor_key_name, actor_kind, project, action,
              target, outcome, detail)
            SELECT key_id, key_name, 'key', project, 'command.submitted', id, 'allowed', '{}'
            FROM commands
            """)
        .execute();
  }
}
