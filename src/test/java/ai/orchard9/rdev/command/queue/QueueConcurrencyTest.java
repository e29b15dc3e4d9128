package ai.orchard9.rdev.command.queue;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.output.Commands;
import ai.orchard9.rdev.command.queue.StormLimit.Limits;
import ai.orchard9.rdev.command.queue.StormRecord.Attempt;
import ai.orchard9.rdev.testing.PostgresExtension;
import ai.orchard9.rdev.testing.Repetitions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What holds of the queue whoever does what at the same time. Beside [QueueStorm] a reader looks
/// at all of it again and again, each time in one snapshot.
final class QueueConcurrencyTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int BURSTS = Repetitions.of(40, 1_000);

  @BeforeEach
  void empty() {
    QueueFixture.empty(POSTGRES);
  }

  /// Lives of commands as their project's followers are told.
  private static final String LIFE =
      "pending( running pending)*( running)? (completed|failed|cancelled)";

  @ParameterizedTest
  @EnumSource
  void keepsLimitsAndForgetsAndRepeatsNothing(Limits limits) throws Exception {
    var seed = Long.getLong("rdev.seed", System.nanoTime());
    var crowds = new ArrayList<List<Attempt>>();
    var wrong = new ArrayList<Seen>();
    try (var storm = new QueueStorm(POSTGRES, limits, seed);
        var reader = new Commands(POSTGRES.target())) {
      storm.rage(BURSTS, () -> look(reader.jdbi(), crowds, wrong));
      storm.calm();

      assertThat(storm.told().problems()).as("seed %d", seed).isEmpty();
      assertThat(wrong).as("seed %d", seed).isEmpty();
      assertThat(crowds)
          .as("running in a project at once, oldest first; seed %d", seed)
          .isNotEmpty()
          .allMatch(it -> it.size() <= allowed(limits, it, storm.told().limitOf()));
      check(storm, seed);
    }
  }

  /// Of the limit of all the newest claim knew best; where each has its own, one of them allowed
  /// that many.
  private static int allowed(Limits limits, List<Attempt> running, Map<Attempt, Integer> limitOf) {
    return switch (limits) {
      case OF_ALL -> limitOf.getOrDefault(running.getLast(), 0);
      case OF_EACH -> running.stream().mapToInt(it -> limitOf.getOrDefault(it, 0)).max().orElse(0);
    };
  }

  private static void check(QueueStorm storm, long seed) {
    assertThat(look(storm.jdbi())).as("neither waits nor runs; seed %d", seed).isEmpty();
    assertThat(count("command_inputs")).isZero();
    assertThat(count("pending_commands")).isZero();
    assertThat(count("slots WHERE command_id IS NOT NULL")).isZero();
    var lives = lives();
    assertThat(lives.keySet()).as("seed %d", seed).isEqualTo(storm.told().submitted());
    assertThat(lives)
        .as("seed %d", seed)
        .allSatisfy((_, life) -> assertThat(String.join(" ", life)).matches(LIFE));
    assertThat(completed()).as("seed %d", seed).isEqualTo(storm.told().finished());
    assertThat(starts(lives)).as("seed %d", seed).isEqualTo(starts(storm));
  }

  private static Map<String, Long> starts(Map<String, List<String>> lives) {
    var starts = new HashMap<String, Long>();
    lives.forEach(
        (id, life) -> {
          var count = life.stream().filter("running"::equals).count();
          if (count > 0) {
            starts.put(id, count);
          }
        });
    return starts;
  }

  private static Map<String, Long> starts(QueueStorm storm) {
    return storm.told().limitOf().keySet().stream()
        .map(Attempt::id)
        .collect(groupingBy(Function.identity(), Collectors.counting()));
  }

  /// A command that has not ended, or that something else says so of.
  ///
  /// @param slots how many name it
  /// @param claimedAt when the first of them was taken
  private record Seen(
      String project,
      Attempt attempt,
      String status,
      int slots,
      boolean waits,
      @Nullable Instant claimedAt) {
    boolean isWhole() {
      return switch (status) {
        case "pending" -> waits && slots == 0;
        case "running" -> !waits && slots == 1;
        default -> false;
      };
    }
  }

  private static void look(Jdbi jdbi, List<List<Attempt>> crowds, List<Seen> wrong) {
    var seen = look(jdbi);
    seen.stream().filter(it -> !it.isWhole()).forEach(wrong::add);
    crowds.addAll(
        seen.stream()
            .filter(it -> it.claimedAt() != null)
            .sorted(comparing(Seen::claimedAt))
            .collect(groupingBy(Seen::project, Collectors.mapping(Seen::attempt, toList())))
            .values());
  }

  /// One statement, and so one moment.
  private static List<Seen> look(Jdbi jdbi) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT c.project, c.id, c.attempt, c.status, count(s.number) AS slots,
                      count(p.command_id) > 0 AS waits, min(s.claimed_at) AS claimed_at
                    FROM commands c LEFT JOIN slots s ON s.command_id = c.id
                      LEFT JOIN pending_commands p ON p.command_id = c.id
                    WHERE c.finished_at IS NULL OR s.command_id IS NOT NULL
                      OR p.command_id IS NOT NULL
                    GROUP BY c.id
                    """)
                .map(
                    (row, context) ->
                        new Seen(
                            row.getString("project"),
                            new Attempt(row.getString("id"), row.getInt("attempt")),
                            row.getString("status"),
                            row.getInt("slots"),
                            row.getBoolean("waits"),
                            context
                                .findColumnMapperFor(Instant.class)
                                .orElseThrow()
                                .map(row, "claimed_at", context)))
                .list());
  }

  /// Whose report of the end was written.
  private static Map<String, Long> completed() {
    return POSTGRES
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("SELECT id, exit_code FROM commands WHERE status = 'completed'")
                    .map((row, _) -> Map.entry(row.getString(1), row.getLong(2)))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  private static Map<String, List<String>> lives() {
    return POSTGRES
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("SELECT command_id, status FROM project_events ORDER BY id")
                    .map((row, _) -> Map.entry(row.getString(1), row.getString(2)))
                    .collect(
                        groupingBy(
                            Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, toList()))));
  }

  private static int count(String what) {
    return POSTGRES
        .jdbi()
        .withHandle(
            handle ->
                handle.createQuery("SELECT count(*) FROM " + what).mapTo(Integer.class).one());
  }
}
