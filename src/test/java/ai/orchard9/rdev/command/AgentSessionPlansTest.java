package ai.orchard9.rdev.command;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.Plans;
import ai.orchard9.rdev.testing.Plans.Plan;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.util.HashSet;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the list of conversations reads, where there are very many commands.
final class AgentSessionPlansTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int COMMANDS = 200_000;
  private static final int SESSIONS = 5_000;
  private static final int PAGE = 50;

  @BeforeAll
  static void fill() {
    POSTGRES.jdbi().useTransaction(AgentSessionPlansTest::fill);
    POSTGRES.jdbi().useHandle(handle -> handle.execute("VACUUM ANALYZE"));
  }

  /// In each conversation four runs, the newest of which are not next to each other.
  private static void fill(Handle handle) {
    handle
        .createUpdate(
            """
            INSERT INTO commands (id, project, type, status, priority, metadata, request,
              timeout_seconds, key_name, request_id, created_at, started_at, finished_at, session_id,
              agent)
            SELECT 'cmd-' || md5(n::text), 'project-' || n % 2, CASE WHEN runs THEN 'claude' ELSE 'shell' END,
              'completed', 'normal', '{}', '{}', 60, 'k', 'r', at, at, at,
              CASE WHEN runs THEN 's-' || (n / 5) % :sessions END,
              CASE WHEN runs THEN '{"turns": 2, "cost_usd": 0.5}'::jsonb END
            FROM generate_series(1, :commands) AS n, LATERAL (
              SELECT n % 10 = 0 AS runs, now() - interval '1 s' * n AS at) AS moment
            """)
        .bind("commands", COMMANDS)
        .bind("sessions", SESSIONS * 2)
        .execute();
  }

  @ParameterizedTest
  @ValueSource(strings = {"force_custom_plan", "force_generic_plan"})
  void readsAPageAndItsRuns(String mode) throws Exception {
    var seen = new HashSet<String>();
    var plans =
        Plans.telling(
            POSTGRES.target(),
            (jdbi, told) -> {
              jdbi.useHandle(handle -> handle.execute("SET plan_cache_mode = " + mode));
              told.take();
              var dao = jdbi.onDemand(AgentSessionDao.class);
              var first = dao.list("project-0", null, null, PAGE);
              var last = first.getLast();
              var second = dao.list("project-0", last.lastCreatedAt(), last.lastCommandId(), PAGE);
              for (var page : List.of(first, second)) {
                assertThat(page).hasSize(PAGE);
                page.forEach(it -> seen.add(it.sessionId()));
                assertThat(page)
                    .allSatisfy(
                        it -> {
                          assertThat(it.turns()).isEqualTo(8);
                          assertThat(it.costUsd()).isEqualTo(2.0);
                        });
              }
              return told.take();
            });

    assertThat(seen).hasSize(2 * PAGE);
    assertThat(plans).hasSize(2);
    assertThat(Plans.readWhole(plans, List.of("commands"))).isEmpty();
    assertThat(Plans.describe(plans, it -> Plan.read(it) > 1_000)).isEmpty();
  }
}
