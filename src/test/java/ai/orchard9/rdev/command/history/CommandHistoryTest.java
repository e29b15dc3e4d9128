package ai.orchard9.rdev.command.history;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.command.output.Commands;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class CommandHistoryTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static Commands pool;

  private final MinuteRecorder recorder = newRecorder();
  private final CommandHistory history = new CommandHistory(POSTGRES.jdbi());
  private final PastCommands commands = new PastCommands(POSTGRES.jdbi());

  @BeforeAll
  static void open() {
    pool = new Commands(POSTGRES.target());
  }

  @AfterAll
  static void close() {
    pool.close();
  }

  @BeforeEach
  void empty() {
    POSTGRES.truncate("command_minutes", "project_events", "commands", "slots");
  }

  @Test
  void countsEndsByOutcomeAndTimesByPercentile() {
    var minute = commands.minute(10);
    IntStream.rangeClosed(1, 20)
        .forEach(
            it ->
                commands.ended(
                    "completed",
                    minute.plusMillis(100L * it),
                    minute.plusMillis(100L * it + 10L * it)));
    commands.ended("failed", minute.minusSeconds(70), minute.plusSeconds(30));
    commands.ended("cancelled", null, minute.plusSeconds(31));

    recorder.tick();

    assertThat(at(minute))
        .isEqualTo(new Minute(minute, 20, 1, 1, 250L, 250L, 110L, 200L, null, null));
    assertThat(at(minute.minusSeconds(120)))
        .isEqualTo(
            new Minute(minute.minusSeconds(120), 0, 0, 0, 250L, 250L, null, null, null, null));
  }

  @Test
  void anEndAtTheBorderBelongsToTheMinuteThatBegins() {
    var minute = commands.minute(10);
    commands.ended("completed", minute.minusMillis(300), minute.minusNanos(1000));
    commands.ended("completed", minute.minusMillis(200), minute);
    commands.ended("completed", minute.minusMillis(100), minute.plusSeconds(60).minusNanos(1000));
    commands.ended("failed", minute.minusMillis(50), minute.plusSeconds(60));

    recorder.tick();

    assertThat(at(minute.minusSeconds(60)).completed()).isEqualTo(1);
    assertThat(at(minute).completed()).isEqualTo(2);
    assertThat(at(minute).failed()).isZero();
    assertThat(at(minute.plusSeconds(60)).failed()).isEqualTo(1);
  }

  @Test
  void aMinuteInWhichNothingHappenedIsARowOfZeros() {
    recorder.tick();

    var minute = commands.minute(5);
    assertThat(at(minute))
        .isEqualTo(new Minute(minute, 0, 0, 0, null, null, null, null, null, null));
  }

  @Test
  void whatIsToldSecondsAfterItHappenedCounts() {
    var minute = commands.minute(10);
    var end = minute.plusSeconds(59);
    commands.ended("completed", minute.plusSeconds(62), minute.plusSeconds(63));
    pool.jdbi()
        .useTransaction(
            tx ->
                commands.ended(
                    tx, "completed", minute.plusSeconds(58), end, Duration.ofSeconds(5)));

    recorder.tick();

    assertThat(at(minute).completed()).isEqualTo(1);
    assertThat(at(minute.plusSeconds(60)).completed()).isEqualTo(1);
  }

  @Test
  void whatIsCommittedBeforeItsMinuteIsDueCounts() {
    try (var late = pool.jdbi().open()) {
      late.begin();
      recorder.tick();
      var notYetDue = commands.minute(0);
      commands.ended(late, "completed", notYetDue, notYetDue.plusMillis(1), Duration.ZERO);
      late.commit();
      assertThat(history.since(notYetDue)).isEmpty();

      // As if that minute had become the last but one.
      pool.jdbi()
          .useExtension(HistoryDao.class, dao -> dao.record(notYetDue, 0, Long.MAX_VALUE, false));
      assertThat(at(notYetDue).completed()).isEqualTo(1);
    }
  }

  @Test
  void recordsNoMinuteBeforeItHasBeenOverForAWhile() {
    recorder.tick();

    var age =
        pool.jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(
                            """
                            SELECT extract(epoch FROM clock_timestamp() - max(minute))
                            FROM command_minutes
                            """)
                        .mapTo(double.class)
                        .one());

    assertThat(age).isBetween(65.0, 130.0);
  }

  @Test
  void noticesWhatWaitsAndRunsWithTheNewestMinuteOnly() {
    pool.jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    """
                    WITH made AS (
                      INSERT INTO commands (id, project, type, status, priority, metadata, request,
                        timeout_seconds, key_name, request_id)
                      SELECT 'cmd-p' || n, 'web', 'shell', 'pending', 'normal', '{}', '{}', 60, 'k',
                        'r' FROM generate_series(1, 3) AS n RETURNING *
                    ), lined AS (
                      INSERT INTO pending_commands (command_id, project, priority, due, created_at)
                      SELECT id, project, priority, created_at, created_at FROM made
                    )
                    INSERT INTO slots (project, number, command_id)
                    VALUES ('web', 1, 'cmd-p1'), ('web', 2, NULL), ('app', 1, 'cmd-p2')
                    """));

    recorder.tick();

    var minutes = history.since(Instant.EPOCH);
    assertThat(minutes.getLast().pending()).isEqualTo(3);
    assertThat(minutes.getLast().running()).isEqualTo(2);
    assertThat(minutes.subList(0, minutes.size() - 1))
        .allSatisfy(it -> assertThat(it.pending()).isNull())
        .allSatisfy(it -> assertThat(it.running()).isNull());
  }

  @Test
  void twoServersAtOnceRecordEachMinuteOnce() throws Exception {
    var minute = commands.minute(10);
    commands.ended("completed", minute, minute.plusSeconds(1));
    var start = new CyclicBarrier(2);
    Callable<Integer> server =
        () -> {
          var one = newRecorder();
          start.await();
          return one.tick();
        };

    int counted;
    try (var servers = Executors.newVirtualThreadPerTaskExecutor()) {
      var both = servers.invokeAll(List.of(server, server));
      counted = both.get(0).get() + both.get(1).get();
    }

    counted += recorder.tick();
    assertThat(history.since(Instant.EPOCH)).hasSize(counted);
    assertThat(at(minute).completed()).isEqualTo(1);
  }

  @Test
  void makesUpForAnHourAfterAnOutageAndLeavesTheRestAGap() {
    var known = commands.minute(90);
    var before = commands.minute(75);
    var within = commands.minute(40);
    insert(known);
    commands.ended("completed", before, before.plusSeconds(1));
    commands.ended("failed", within, within.plusSeconds(1));

    recorder.tick();

    assertThat(history.since(Instant.EPOCH))
        .extracting(Minute::minute)
        .startsWith(known)
        .doesNotContain(before)
        .hasSizeBetween(MinuteRecorder.REACH + 1, MinuteRecorder.REACH + 2);
    assertThat(at(within).failed()).isEqualTo(1);
    assertThat(recorder.tick()).isLessThan(2);
  }

  @Test
  void doesNotCountAMinuteAgain() {
    var minute = commands.minute(10);
    recorder.tick();
    commands.ended("completed", minute, minute.plusSeconds(1));

    recorder.tick();

    assertThat(at(minute).completed()).isZero();
  }

  @Test
  void forgetsMinutesAfterSevenDays() {
    var old = commands.minute(7 * 24 * 60 + 1);
    var kept = commands.minute(7 * 24 * 60 - 3);
    insert(old);
    insert(kept);

    recorder.tick();

    assertThat(history.since(Instant.EPOCH))
        .extracting(Minute::minute)
        .contains(kept)
        .doesNotContain(old);
  }

  @Test
  void tellsTheMinutesSinceAMomentInOrder() {
    recorder.tick();
    var since = commands.minute(10);

    assertThat(history.since(since))
        .extracting(Minute::minute)
        .startsWith(since)
        .isSorted()
        .hasSizeBetween(10, 11);
    assertThat(history.since(since.plusNanos(1000)))
        .extracting(Minute::minute)
        .doesNotContain(since);
  }

  private Minute at(Instant minute) {
    return history.since(minute).stream()
        .filter(it -> it.minute().equals(minute))
        .findFirst()
        .orElseThrow();
  }

  private static void insert(Instant minute) {
    pool.jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    """
                    INSERT INTO command_minutes (minute, completed, failed, cancelled)
                    VALUES (?, 0, 0, 0)
                    """,
                    minute));
  }

  private static MinuteRecorder newRecorder() {
    return new MinuteRecorder(pool.jdbi(), new BackgroundMetrics(new PrometheusRegistry()));
  }
}
