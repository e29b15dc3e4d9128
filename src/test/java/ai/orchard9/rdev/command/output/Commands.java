package ai.orchard9.rdev.command.output;

import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.database.DatabaseTarget;
import ai.orchard9.rdev.database.Jdbis;
import ai.orchard9.rdev.database.Pools;
import io.dropwizard.db.ManagedDataSource;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Rows of commands for tests of their output, and a pool as the service has one.
public final class Commands implements AutoCloseable {

  public static final String OWNER = "server-a";
  public static final long TOKEN = 3;

  private final ManagedDataSource pool;
  private final Jdbi jdbi;

  public Commands(DatabaseTarget target) {
    pool = Pools.background(target);
    jdbi = Jdbis.over(pool);
  }

  /// Records a change of status that followers of the project will see.
  public void changed(String project, String command, String status) {
    jdbi.useHandle(handle -> changed(handle, project, command, status));
  }

  /// The same inside a transaction.
  public static void changed(Handle handle, String project, String command, String status) {
    handle.execute(
        ProjectEvents.RECORD
            + "(VALUES (?, ?, 'shell', ?, NULL::integer)) AS changed"
            + " (project, id, type, status, exit_code)",
        project,
        command,
        status);
  }

  public Jdbi jdbi() {
    return jdbi;
  }

  public CommandKey running(String id) {
    return running(id, LocalDate.now(ZoneOffset.UTC));
  }

  public CommandKey running(String id, LocalDate day) {
    Instant createdAt = day.atTime(12, 0).toInstant(ZoneOffset.UTC);
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                INSERT INTO commands (id, project, type, status, priority, metadata, request,
                  timeout_seconds, key_name, request_id, created_at, started_at, owner, token,
                  lease_until)
                VALUES (?, 'demo', 'shell', 'running', 'normal', '{}', '{"command": "x"}',
                  1800, 'tester', 'req-1', ?, now(), ?, ?, now() + interval '1 hour');
                INSERT INTO slots (project, number, command_id)
                SELECT 'demo', coalesce(max(number), 0) + 1, ? FROM slots
                """,
                id,
                createdAt,
                OWNER,
                TOKEN,
                id));
    return CommandKey.of(id, createdAt);
  }

  public void finish(String id) {
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                WITH freed AS (UPDATE slots SET command_id = NULL WHERE command_id = ?)
                UPDATE commands SET status = 'completed', exit_code = 0, finished_at = started_at,
                  background = 0, stdout_sha256 = 'aa', stderr_sha256 = 'bb'
                WHERE id = ?
                """,
                id,
                id));
  }

  @Override
  public void close() {
    try {
      pool.stop();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
