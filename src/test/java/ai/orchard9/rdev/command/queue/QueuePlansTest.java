package ai.orchard9.rdev.command.queue;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.testing.Plans;
import ai.orchard9.rdev.testing.Plans.Plan;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the statements of the queue read, and how long they take, where [LongLine] waits.
final class QueuePlansTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final List<String> TABLES =
      List.of(
          "commands",
          "command_inputs",
          "pending_commands",
          "slots",
          "audit_log",
          "audit_unsealed",
          "project_events",
          "idempotency_keys");

  private static List<Plan> plansOfEmptyTables = List.of();

  @BeforeAll
  static void fill() throws Exception {
    Plans.keepStatistics(POSTGRES.jdbi(), TABLES);
    plansOfEmptyTables =
        plans(
            "force_generic_plan",
            everything -> {
              everything.run();
              POSTGRES.jdbi().useTransaction(LongLine::fill);
            });
    POSTGRES.jdbi().useHandle(handle -> handle.execute("VACUUM ANALYZE"));
  }

  private static List<Plan> plans(String mode, Consumer<Plans.Everything> before) throws Exception {
    return Plans.of(POSTGRES.target(), mode, EveryStatement::new, before);
  }

  @Test
  void plansMadeWhileTheTablesWereEmptyReadByIndex() {
    assertThat(plansOfEmptyTables).isNotEmpty();
    assertReadByIndex(plansOfEmptyTables);
    assertReadLittle(plansOfEmptyTables);
  }

  @ParameterizedTest
  @ValueSource(strings = {"force_custom_plan", "force_generic_plan"})
  void plansMadeNowReadByIndex(String mode) throws Exception {
    var plans = plans(mode, _ -> {});

    assertThat(plans).isNotEmpty();
    assertReadByIndex(plans);
    assertReadLittle(plans);
  }

  /// Not those that have completed: there are so many that the newest are soon found among all.
  @ParameterizedTest
  @EnumSource(names = "COMPLETED", mode = EnumSource.Mode.EXCLUDE)
  void listsOfAStatusReadLittleHoweverMuchElseThereIs(CommandStatus status) throws Exception {
    var plans =
        Plans.telling(
            POSTGRES.target(),
            (jdbi, told) -> {
              Search.of(status).ask(jdbi);
              return told.take();
            });

    assertThat(plans).singleElement().satisfies(it -> assertThat(it.pages()).isLessThan(500));
  }

  /// All but the statement that counts everything that waits, which says so.
  private static void assertReadByIndex(List<Plan> plans) {
    assertThat(
            Plans.readWhole(
                plans.stream().filter(it -> !it.statement().equals("OverviewDao.pending")).toList(),
                TABLES))
        .isEmpty();
  }

  /// Who counts a line reads it; all others look at its beginning, or at single rows.
  private static void assertReadLittle(List<Plan> plans) {
    var daily =
        plans.stream()
            .filter(
                it ->
                    it.statement()
                        .matches("(ClaimDao|LineDao|OwnerDao|RetentionDao|ProjectEventDao)\\..*"))
            .toList();

    assertThat(daily).isNotEmpty();
    assertThat(Plans.describe(daily, it -> Plan.read(it) > 5_000)).isEmpty();
  }
}
