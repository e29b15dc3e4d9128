package ai.orchard9.rdev.command.history;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.testing.Plans;
import ai.orchard9.rdev.testing.Plans.Plan;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What recording a minute and looking at a day read, where there are very many commands.
final class CommandHistoryPlansTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final List<String> TABLES =
      List.of("commands", "project_events", "pending_commands", "slots", "command_minutes");

  private static final int COMMANDS = 200_000;

  @BeforeAll
  static void fill() {
    POSTGRES.jdbi().useTransaction(CommandHistoryPlansTest::fill);
    POSTGRES.jdbi().useHandle(handle -> handle.execute("VACUUM ANALYZE"));
  }

  /// They ended evenly over the last 200 minutes, a thousand in each.
  private static void fill(Handle handle) {
    handle
        .createUpdate(
            """
            INSERT INTO commands (id, project, type, status, priority, metadata, request,
              timeout_seconds, key_name, request_id, created_at, started_at, finished_at)
            SELECT 'cmd-' || md5(n::text), 'project-' || n % 50, 'shell', 'completed', 'normal', '{}',
              '{}', 60, 'k', 'r', at - interval '2 s', at - interval '1 s', at
            FROM generate_series(1, :commands) AS n, LATERAL (
              SELECT now() - interval '200 minutes' * n / :commands AS at) AS moment
            """)
        .bind("commands", COMMANDS)
        .execute();
    handle.execute(
        """
        INSERT INTO project_events (project, command_id, type, status, at, position)
        SELECT project, id, type, told.status, told.at,
          row_number() OVER (PARTITION BY project ORDER BY told.at, id)
        FROM commands, LATERAL (VALUES ('pending', created_at), ('running', started_at),
          (commands.status, finished_at)) AS told (status, at)
        ORDER BY told.at
        """);
    handle.execute(
        """
        INSERT INTO command_minutes (minute, completed, failed, cancelled)
        SELECT minute, 1, 0, 0 FROM generate_series(
          date_bin('1 minute', now() - interval '7 days', 'epoch'),
          date_bin('1 minute', now() - interval '3 minutes', 'epoch'), '1 minute') AS minute
        """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"force_custom_plan", "force_generic_plan"})
  void countingAMinuteReadsWhatHappenedInIt(String mode) throws Exception {
    var plans = plans(mode);

    assertThat(plans).extracting(Plan::statement).contains("HistoryDao.record");
    assertThat(Plans.readWhole(plans, TABLES)).isEmpty();
    assertThat(Plans.describe(plans, it -> Plan.read(it) > 10_000)).isEmpty();
  }

  private static List<Plan> plans(String mode) throws Exception {
    return Plans.telling(
        POSTGRES.target(),
        (jdbi, plans) -> {
          jdbi.useHandle(handle -> handle.execute("SET plan_cache_mode = " + mode));
          plans.take();
          assertThat(recorder(jdbi).tick()).isPositive();
          new CommandHistory(jdbi).since(new PastCommands(POSTGRES.jdbi()).minute(24 * 60));
          assertThat(plans.methods()).contains(HistoryDao.class.getDeclaredMethods());
          POSTGRES
              .jdbi()
              .useHandle(
                  it ->
                      it.execute(
                          "DELETE FROM command_minutes WHERE minute > now() - interval '3 min'"));
          return plans.take();
        });
  }

  @Test
  void lookingAtADayReadsItsMinutesOnly() throws Exception {
    var since = new PastCommands(POSTGRES.jdbi()).minute(24 * 60);

    var plans =
        Plans.telling(
            POSTGRES.target(),
            (jdbi, told) -> {
              assertThat(new CommandHistory(jdbi).since(since)).hasSizeGreaterThan(24 * 60 - 10);
              return told.take();
            });

    assertThat(plans).singleElement().satisfies(it -> assertThat(it.pages()).isLessThan(50));
  }

  private static MinuteRecorder recorder(Jdbi jdbi) {
    return new MinuteRecorder(jdbi, new BackgroundMetrics(new PrometheusRegistry()));
  }
}
