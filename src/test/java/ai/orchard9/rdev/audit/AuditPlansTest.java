package ai.orchard9.rdev.audit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.RunBudget;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.testing.Plans;
import ai.orchard9.rdev.testing.Plans.Plan;
import ai.orchard9.rdev.testing.PostgresExtension;
import ai.orchard9.rdev.testing.Repetitions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What `/audit` reads of a long record. Whatever is asked for, it is found without looking at what
/// is not.
final class AuditPlansTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int COMMANDS = Repetitions.of(200_000, 1_000_000) / 3;
  private static final int ROWS = 51;

  /// Of what one fact finds, a page and its seals, from indexes that are four levels deep.
  private static final int MOST_PAGES = 700;

  /// Of what several facts find together, the rarest is looked through: no more than that part of
  /// the record. Looking at 50,000 rows takes 50 ms.
  private static final int MOST_ROWS = COMMANDS * 3 / 20;

  private static final UUID BUSY = new UUID(0, 1);
  private static final UUID RARE = new UUID(0, 99);
  private static final Caller ADMIN = Caller.admin("admin", "admin");
  private static final Instant END = Instant.parse("2026-01-31T00:00:00Z");
  private static final Duration LENGTH = Duration.ofDays(365);

  private static List<Plan> plansWithoutStatistics = List.of();

  /// A question and who asks it.
  private record Question(Caller caller, AuditFilter filter, Optional<AuditSearch.Place> before) {
    void ask(Jdbi jdbi) {
      new AuditSearch(jdbi, jdbi).newest(caller, filter, before, ROWS);
    }

    /// Beside times, which every index has.
    boolean isOfOneFact() {
      return caller.equals(ADMIN)
          && Stream.of(filter.actor(), filter.action(), filter.project(), filter.outcome())
                  .filter(Objects::nonNull)
                  .count()
              <= 1;
    }
  }

  @BeforeAll
  static void fill() throws Exception {
    POSTGRES
        .jdbi()
        .useHandle(
            handle -> handle.execute("ALTER TABLE audit_log SET (autovacuum_enabled = off)"));
    write();
    plansWithoutStatistics = plans();
    POSTGRES.jdbi().useHandle(handle -> handle.execute("VACUUM ANALYZE audit_log, audit_seal"));
  }

  /// A year of commands of 20 keys in 50 projects, one in 50 failed; once in 100 commands something
  /// else happens. On its first day one key did three things in one project, by a task and refused.
  private static void write() {
    POSTGRES
        .jdbi()
        .useTransaction(
            handle -> {
              handle
                  .createUpdate(
                      """
                      INSERT INTO audit_log (at, actor_key_id, actor_key_name, actor_kind, project,
                        action, target, outcome, detail)
                      SELECT :begin::timestamptz + n * interval '1 hour', '00000000-0000-0000-0000-000000000063',
                        'rare', (ARRAY['operator', 'command_line', 'admin_key'])[n],
                        'rare', 'task.run', 'it', 'denied', '{}'
                      FROM generate_series(1, 3) AS n
                      """)
                  .bind("begin", END.minus(LENGTH))
                  .execute();
              handle
                  .createUpdate(
                      """
                      INSERT INTO audit_log (at, actor_key_id, actor_key_name, actor_kind, project,
                        action, target, outcome, detail)
                      SELECT :begin::timestamptz + :length::interval * n / :commands + interval '1 second' * step,
                        ('00000000-0000-0000-0000-' || lpad((n % 20)::text, 12, '0'))::uuid,
                        'key-' || n % 20,
                        CASE WHEN step = 1 OR n % 100 = 0 THEN 'key' ELSE 'system' END,
                        CASE WHEN n % 100 > 0 THEN 'project-' || n % 50 END,
                        CASE WHEN n % 100 = 0 THEN 'request.denied'
                          ELSE 'command.' || (ARRAY['submitted', 'started', 'finished'])[step] END,
                        'cmd-' || n,
                        CASE WHEN n % 100 = 0 THEN 'denied' WHEN n % 50 = 1 AND step = 3
                          THEN 'failed' ELSE 'allowed' END,
                        '{"type": "shell", "attempt": 1, "server": "rdev-api-0", "pod_name": null}'
                      FROM generate_series(1, :commands) AS n, generate_series(1, 3) AS step
                      ORDER BY n, step
                      """)
                  .bind("begin", END.minus(LENGTH).plus(Duration.ofDays(1)))
                  .bind("length", LENGTH.minus(Duration.ofDays(1)))
                  .bind("commands", COMMANDS)
                  .execute();
              handle.execute(
                  """
                  INSERT INTO audit_seal (position, audit_id, previous_hash, hash, keyed)
                  SELECT id, id, repeat('a', 64), repeat('b', 64), false FROM audit_log
                  """);
            });
  }

  private static Caller limitedTo(UUID key, String... projects) {
    return new Caller(
        key,
        "limited",
        "01234567",
        Set.of(Scope.AUDIT_READ),
        Optional.of(Set.of(projects)),
        Optional.empty(),
        Optional.empty(),
        RunBudget.NONE,
        Optional.empty());
  }

  private static List<AuditFilter> filters() {
    var filters = new ArrayList<AuditFilter>();
    filters.add(filter(null, null, null, null));
    for (var actor :
        List.of(
            BUSY.toString(),
            RARE.toString(),
            "key-7",
            "rare",
            "nobody",
            "key",
            "system",
            "operator",
            "command_line",
            "admin_key")) {
      filters.add(filter(actor, null, null, null));
    }
    for (var action : List.of("command.started", "request.denied", "task.run", "key.created")) {
      filters.add(filter(null, action, null, null));
    }
    for (var project : List.of("project-7", "rare", "none")) {
      filters.add(filter(null, null, project, null));
    }
    for (var outcome : Outcome.values()) {
      filters.add(filter(null, null, null, outcome));
    }
    filters.add(filter("key-7", "command.finished", "project-7", null));
    filters.add(filter("rare", "task.run", "rare", Outcome.DENIED));
    filters.add(filter("key-7", null, "rare", null));
    return filters;
  }

  private static AuditFilter filter(
      @Nullable String actor,
      @Nullable String action,
      @Nullable String project,
      @Nullable Outcome outcome) {
    return new AuditFilter(actor, action, project, outcome, null, null);
  }

  private static AuditFilter between(
      AuditFilter it, @Nullable Instant since, @Nullable Instant until) {
    return new AuditFilter(it.actor(), it.action(), it.project(), it.outcome(), since, until);
  }

  /// Everything that can be asked, at any time.
  private static List<Question> questions() {
    var middle = END.minus(LENGTH.dividedBy(2));
    var questions = new ArrayList<Question>();
    for (var caller :
        List.of(ADMIN, limitedTo(RARE, "rare", "none"), limitedTo(BUSY, "project-3", "rare"))) {
      for (var filter : filters()) {
        questions.add(new Question(caller, filter, Optional.empty()));
        questions.add(
            new Question(caller, filter, Optional.of(new AuditSearch.Place(middle, 100))));
        questions.add(new Question(caller, between(filter, null, middle), Optional.empty()));
        questions.add(
            new Question(
                caller, between(filter, middle, middle.plusSeconds(3600)), Optional.empty()));
      }
    }
    return questions;
  }

  /// The plans by which everything is answered.
  private static List<Plan> plans() throws Exception {
    return Plans.telling(
        POSTGRES.target(),
        (jdbi, plans) -> {
          questions().forEach(it -> it.ask(jdbi));
          return plans.take();
        });
  }

  @Test
  void whatOneFactFindsIsReadFromItsEnd() throws Exception {
    assertReadAPage(plansWithoutStatistics);
    assertReadAPage(plans());
  }

  private static void assertReadAPage(List<Plan> plans) {
    var questions = questions();
    assertThat(plans).hasSameSizeAs(questions);
    for (int i = 0; i < plans.size(); i++) {
      if (questions.get(i).isOfOneFact()) {
        assertThat(plans.get(i).pages())
            .as(questions.get(i) + text(plans.get(i)))
            .isLessThanOrEqualTo(MOST_PAGES);
      }
    }
  }

  @Test
  void ofSeveralFactsTheRarestIsLookedThrough() throws Exception {
    for (var plan : plans()) {
      assertThat(plan.steps())
          .as(text(plan))
          .allMatch(it -> Plan.read(it) <= MOST_ROWS)
          .noneMatch(it -> it.path("Node Type").asText().equals("Seq Scan"));
    }
  }

  @Test
  void theNewestSealIsReadFromItsEnd() throws Exception {
    var plans =
        Plans.telling(
            POSTGRES.target(),
            (jdbi, taken) -> {
              assertThat(jdbi.withExtension(SealDao.class, SealDao::newest)).isPresent();
              return taken.take();
            });

    assertThat(plans)
        .singleElement()
        .satisfies(it -> assertThat(it.pages()).as(text(it)).isLessThanOrEqualTo(10));
  }

  private static String text(Plan plan) {
    return " " + plan.statement() + plan.steps().stream().map(Plan::describe).toList();
  }
}
