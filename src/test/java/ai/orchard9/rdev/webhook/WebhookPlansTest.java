package ai.orchard9.rdev.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.Plans;
import ai.orchard9.rdev.testing.Plans.Plan;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the statements of the room read where much was told, and much waits for a receiver that
/// takes nothing.
final class WebhookPlansTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  /// Those that grow; of webhooks there are at most some hundred.
  private static final List<String> TABLES =
      List.of("webhook_events", "webhook_queue", "webhook_attempts");

  private static final int EVENTS = 200_000;
  private static final int WAITING = 20_000;
  private static final UUID BUSY = UUID.fromString("00000000-0000-4000-8000-000000000000");

  private static List<Plan> plansOfEmptyTables = List.of();

  @BeforeAll
  static void fill() throws Exception {
    Plans.keepStatistics(POSTGRES.jdbi(), TABLES);
    plansOfEmptyTables =
        plans(
            "force_generic_plan",
            everything -> {
              POSTGRES.jdbi().useTransaction(handle -> fill(handle, 200, 20));
              everything.run();
              POSTGRES.truncate("webhooks", "webhook_events", "webhook_queue", "webhook_attempts");
              POSTGRES.jdbi().useTransaction(handle -> fill(handle, EVENTS, WAITING));
            });
    POSTGRES.jdbi().useHandle(handle -> handle.execute("VACUUM ANALYZE"));
  }

  /// Of 20 webhooks; the first is told half of all, and most of what waits is its. One in a hundred
  /// was given up; the oldest are older than they are kept.
  private static void fill(Handle handle, int events, int waiting) {
    handle.execute(
        """
        WITH made AS (
          INSERT INTO webhooks (id, url, target, events, enabled, created_by, last_sequence)
          SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'http://192.0.2.1/',
            'http://192.0.2.1/', '{command.started}', true, 'alice', ?
          FROM generate_series(0, 19) AS n
          RETURNING id
        ), lanes AS (
          INSERT INTO webhook_lanes (webhook_id) SELECT id FROM made
        )
        INSERT INTO webhook_secrets (webhook_id, number, secret) SELECT id, 1, 'plain' FROM made
        """,
        events);
    handle.execute(
        """
        WITH numbered AS (
          SELECT n, ('00000000-0000-4000-8000-'
              || lpad((CASE WHEN n % 2 = 0 THEN 0 ELSE n / 2 % 20 END)::text, 12, '0'))::uuid
              AS webhook_id,
            now() - interval '40 days' + interval '40 days' * n / ? AS at
          FROM generate_series(1, ?) AS n
        ), told AS (
          INSERT INTO webhook_events (webhook_id, sequence, id, event, at, payload, queued_at,
            delivered_at, failed_at)
          SELECT webhook_id, n, ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid,
            'command.started', at, '{"padding": "' || repeat('x', 500) || '"}', at,
            CASE WHEN n <= ? AND n % 100 > 0 THEN at END, CASE WHEN n <= ? AND n % 100 = 0 THEN at END
          FROM numbered
          RETURNING *
        ), tried AS (
          INSERT INTO webhook_attempts (event_id, token, at, duration_ms, status_code)
          SELECT id, 1, at, 3, 204 FROM told
        )
        INSERT INTO webhook_queue (id, webhook_id, sequence, due, attempt)
        SELECT id, webhook_id, sequence, at + interval '1 hour' * (sequence % 3), sequence % 2
        FROM told WHERE delivered_at IS NULL AND failed_at IS NULL
        """,
        events, events, events - waiting, events - waiting);
  }

  private static List<Plan> plans(String mode, Consumer<Plans.Everything> before) throws Exception {
    return Plans.of(POSTGRES.target(), mode, jdbi -> new EveryStatement(jdbi, BUSY), before);
  }

  @Test
  void plansMadeWhileTheTablesWereEmptyReadLittle() {
    assertReadLittle(plansOfEmptyTables);
  }

  @ParameterizedTest
  @ValueSource(strings = {"force_custom_plan", "force_generic_plan"})
  void plansMadeNowReadLittle(String mode) throws Exception {
    assertReadLittle(plans(mode, _ -> {}));
  }

  /// All but the count of what waits: who counts it reads it. A list of one status may look at what
  /// waits for that webhook, which is at most a day's: then it is disabled.
  private static void assertReadLittle(List<Plan> plans) {
    var others = plans.stream().filter(it -> !it.statement().equals("ClaimDao.backlog")).toList();
    var lists = others.stream().filter(it -> it.statement().startsWith("SELECT e.id")).toList();
    var daily = others.stream().filter(it -> !lists.contains(it)).toList();

    assertThat(lists.size()).isEqualTo(15);
    assertThat(daily.size()).isGreaterThan(40);
    assertThat(Plans.readWhole(others, TABLES)).isEmpty();
    assertThat(Plans.describe(lists, it -> Plan.read(it) > WAITING)).isEmpty();
    assertThat(Plans.describe(daily, it -> Plan.read(it) > 1_000)).isEmpty();
  }
}
