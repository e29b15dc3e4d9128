package ai.orchard9.rdev.command.life;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.command.output.Commands;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class ProjectEventsTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static Commands commands;

  private final ProjectEvents events = newEvents();

  @BeforeAll
  static void open() {
    commands = new Commands(POSTGRES.target());
  }

  @AfterAll
  static void close() {
    commands.close();
  }

  @BeforeEach
  void empty() {
    POSTGRES.truncate("project_events");
  }

  @Test
  void numbersEachProjectFromOne() {
    append("a", "cmd-1", "pending");
    append("b", "cmd-2", "pending");
    append("a", "cmd-1", "running");
    assertThat(events.list("a", 0, 10)).isEmpty();

    assertThat(events.number()).isEqualTo(3);

    assertThat(events.list("a", 0, 10))
        .extracting(ProjectEvent::position, ProjectEvent::status)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1L, "pending"),
            org.assertj.core.groups.Tuple.tuple(2L, "running"));
    assertThat(events.newest("b")).isEqualTo(1);
    assertThat(events.newest("c")).isZero();
    assertThat(events.list("a", 1, 10)).hasSize(1);
  }

  @Test
  void neverNumbersBehindWhatWasSeen() {
    try (var late = commands.jdbi().open()) {
      late.begin();
      Commands.changed(late, "a", "cmd-late", "pending");
      append("a", "cmd-early", "pending");
      events.number();
      assertThat(events.newest("a")).isEqualTo(1);
      late.commit();
    }

    events.number();

    assertThat(events.list("a", 0, 10))
        .extracting(ProjectEvent::commandId)
        .containsExactly("cmd-early", "cmd-late");
  }

  @Test
  void numbersWithoutHolesWhileManyServersSequence() throws Exception {
    var writing = new AtomicBoolean(true);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var sequencers = new ArrayList<Future<?>>();
      for (int i = 0; i < 3; i++) {
        sequencers.add(
            threads.submit(
                () -> {
                  while (writing.get()) {
                    events.number();
                  }
                }));
      }
      var writers = new ArrayList<Future<?>>();
      for (int i = 0; i < 4; i++) {
        String command = "cmd-" + i;
        writers.add(
            threads.submit(
                () -> {
                  for (int n = 0; n < 100; n++) {
                    append(n % 2 == 0 ? "a" : "b", command, "pending");
                  }
                }));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
      writing.set(false);
      for (Future<?> sequencer : sequencers) {
        sequencer.get();
      }
    }
    events.number();

    for (String project : List.of("a", "b")) {
      assertThat(events.list(project, 0, 1000))
          .extracting(ProjectEvent::position)
          .containsExactlyElementsOf(LongStream.rangeClosed(1, 200).boxed().toList());
    }
  }

  @Test
  void wakesFollowersHereAndElsewhere() throws Exception {
    var elsewhere = newEvents();
    var woken = new Semaphore(0);
    events.start();
    elsewhere.start();
    var end = elsewhere.subscribe("a", woken::release);
    try {
      append("a", "cmd-1", "pending");
      events.published();

      assertThat(woken.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
      assertThat(elsewhere.newest("a")).isEqualTo(1);
    } finally {
      end.run();
      events.stop();
      elsewhere.stop();
    }
  }

  @Test
  void purgesButGoesOnCounting() {
    append("a", "cmd-1", "pending");
    append("a", "cmd-1", "running");
    append("b", "cmd-2", "pending");
    events.number();
    age(Duration.ofDays(2));
    append("b", "cmd-2", "running");
    events.number();

    assertThat(events.purge(Duration.ofDays(3))).isZero();
    assertThat(events.purge(Duration.ofDays(1))).isEqualTo(2);
    assertThat(events.purge(Duration.ofDays(1))).isZero();

    append("a", "cmd-3", "pending");
    events.number();
    assertThat(positions("a")).containsExactly(2L, 3L);
    assertThat(positions("b")).containsExactly(2L);
  }

  @Test
  void purgesAllThatIsOldHoweverMuchItIs() {
    commands
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    """
                    INSERT INTO project_events (project, command_id, type, status, at)
                    SELECT 'a', 'cmd-' || n, 'shell', 'pending', now() - interval '2 days'
                    FROM generate_series(1, 2500) AS n
                    """));
    append("a", "cmd-new", "pending");
    events.number();

    assertThat(events.purge(Duration.ofDays(1))).isEqualTo(2500);
    assertThat(positions("a")).containsExactly(2501L);
  }

  private List<Long> positions(String project) {
    return events.list(project, 0, 10).stream().map(ProjectEvent::position).toList();
  }

  private static void age(Duration time) {
    commands
        .jdbi()
        .useHandle(
            handle ->
                handle
                    .createUpdate("UPDATE project_events SET at = at - :time")
                    .bind("time", time)
                    .execute());
  }

  private static ProjectEvents newEvents() {
    return new ProjectEvents(commands.jdbi(), new BackgroundMetrics(new PrometheusRegistry()));
  }

  private void append(String project, String command, String status) {
    commands.changed(project, command, status);
  }
}
