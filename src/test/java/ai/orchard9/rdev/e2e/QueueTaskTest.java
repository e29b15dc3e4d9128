package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.AdminClient.Said;
import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Operators hold the queue, or one line of it, on every server at once.
final class QueueTaskTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  /// Contract section 11.
  private static final Duration EVERYWHERE_WITHIN = Duration.ofSeconds(2);

  private final ServerProcess one = SharedPair.one();
  private final ServerProcess other = SharedPair.other();
  private final ApiClient client = one.client();
  private final Gate gate = Gate.anew();

  @AfterEach
  void reset() {
    SharedPair.reset();
  }

  @Test
  void aPauseOfOneProjectHoldsOnBothServersAndOverARestart() {
    var elsewhere = Gate.anew();
    var running = gate.run();
    assertThat(one.admin().run("queue?action=pause&project=" + gate.project()))
        .isEqualTo(Said.ok("paused=" + gate.project()));
    var here = gate.submit();
    var there = gate.at(other).submit();

    assertThat(elsewhere.at(other).run()).isNotEmpty();
    assertThat(client.get("/queue").data().path("paused").asBoolean()).isFalse();
    gate.end(running);
    gate.assertNoneStartBeside(running);
    other.stop();
    other.restart();
    var late = gate.at(other).submit();
    gate.assertNoneStartBeside(running);
    for (var id : List.of(here, there, late)) {
      assertThat(other.client().command(id).path("pending_reason").asText()).isEqualTo("paused");
    }

    assertThat(other.admin().run("queue?action=resume&project=" + gate.project()))
        .isEqualTo(Said.ok("resumed=" + gate.project()));

    gate.awaitStarted(2, EVERYWHERE_WITHIN);
    gate.open(here, there, late);
    client.awaitEnd(late, SOON);
    assertThat(gate.started()).containsExactly(running, here, there, late);
  }

  @Test
  void aPauseOfTheWholeQueueHoldsInEveryProjectAndEndsApart() {
    var second = Gate.anew();
    one.admin().run("queue?action=pause&project=" + gate.project());
    assertThat(other.admin().run("queue?action=pause")).isEqualTo(Said.ok("paused=all"));
    assertThat(one.admin().run("queue?action=pause")).isEqualTo(Said.ok("paused_already=all"));
    var mine = gate.submit();
    var others = second.at(other).submit();

    for (var server : List.of(one, other)) {
      assertThat(server.client().get("/queue").data().path("paused").asBoolean()).isTrue();
    }
    second.assertNoneStartBeside();
    assertThat(client.command(others).path("pending_reason").asText()).isEqualTo("paused");

    var resumed = one.admin().run("queue?action=resume");
    assertThat(resumed.lines().getFirst()).isEqualTo("resumed=all");
    assertThat(resumed.lines())
        .filteredOn(it -> it.startsWith("pause=" + gate.project()))
        .hasSize(1);
    assertThat(one.admin().run("queue?action=resume").lines().getFirst())
        .isEqualTo("not_paused=all");

    second.awaitStarted(1, EVERYWHERE_WITHIN);
    gate.assertNoneStartBeside();
    one.admin().run("queue?action=resume&project=" + gate.project());
    gate.open(mine);
    second.open(others);
    client.awaitEnd(mine, SOON);
  }

  @Test
  void showsTheWholeQueueOrOneProject() {
    var running = gate.run();
    var low = gate.submit(Map.of("priority", "low"));
    var normal = gate.submit();

    assertThat(other.admin().run("queue?project=" + gate.project()).lines())
        .startsWith("paused=false", "low=1", "normal=1", "high=0", "urgent=0", "running=1")
        .contains(
            "concurrent_commands=1",
            "project=%s pending=2 running=1 paused=false".formatted(gate.project()));
    one.admin().run("queue?action=pause&project=" + gate.project());
    assertThat(other.admin().run("queue?action=show").lines())
        .contains("project=%s pending=2 running=1 paused=true".formatted(gate.project()))
        .anyMatch(
            it -> it.matches("pause=%s since=\\d{4}-.*Z by=operator".formatted(gate.project())));

    one.admin().run("queue?action=resume&project=" + gate.project());
    gate.open(running, low, normal);
    client.awaitEnd(low, SOON);
    assertThat(one.admin().run("queue?project=" + gate.project()).lines())
        .contains(
            "oldest_pending_seconds=0",
            "project=%s pending=0 running=0 paused=false".formatted(gate.project()));
  }

  @Test
  void emptiesALineAndLeavesWhatRuns() {
    var running = gate.run();
    var ids = List.of(gate.submit(), gate.at(other).submit(), gate.submit());
    var call = "queue?cancel_pending=" + gate.project();

    assertThat(other.admin().run(call + "&dry_run=true"))
        .isEqualTo(Said.ok("would_cancel=3 project=" + gate.project()));
    assertThat(client.get("/commands?status=pending&project=" + gate.project()).data()).hasSize(3);
    assertThat(other.admin().run(call)).isEqualTo(Said.ok("cancelled=3 project=" + gate.project()));
    assertThat(other.admin().run(call)).isEqualTo(Said.ok("cancelled=0 project=" + gate.project()));

    for (var id : ids) {
      var command = client.command(id);
      assertThat(command.path("status").asText()).isEqualTo("cancelled");
      assertThat(command.path("error").isNull()).isTrue();
    }
    gate.end(running);
    assertThat(gate.started()).containsExactly(running);
    var rows = client.get("/audit?action=command.cancelled&project=" + gate.project()).data();
    assertThat(rows)
        .extracting(it -> it.path("target").asText())
        .containsExactlyInAnyOrderElementsOf(ids);
    assertThat(rows).extracting(it -> it.at("/actor/kind").asText()).containsOnly("operator");
  }

  @Test
  void whoWaitsHearsThatTheLineWasEmptied() {
    gate.run();
    var id = gate.submit();

    try (var events = other.client().events(id)) {
      assertThat(events.next().orElseThrow().name()).isEqualTo("connected");
      one.admin().run("queue?cancel_pending=" + gate.project());

      var end = events.next().orElseThrow();
      assertThat(end.name()).isEqualTo("complete");
      assertThat(end.json().path("status").asText()).isEqualTo("cancelled");
    }
  }

  @Test
  void aDryRunChangesNothing() {
    assertThat(one.admin().run("queue?action=pause&dry_run=true"))
        .isEqualTo(Said.ok("would_pause=all"));
    assertThat(one.admin().run("queue?action=pause&dry_run=true&project=" + gate.project()))
        .isEqualTo(Said.ok("would_pause=" + gate.project()));
    gate.end(gate.run());

    one.admin().run("queue?action=pause&project=" + gate.project());
    assertThat(one.admin().run("queue?action=resume&dry_run=true&project=" + gate.project()))
        .isEqualTo(Said.ok("would_resume=" + gate.project()));
    assertThat(one.admin().run("queue?action=pause&project=" + gate.project()))
        .isEqualTo(Said.ok("paused_already=" + gate.project()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "queue?action=stop | error=action: must be show or pause or resume",
        "queue?action= | error=action: must be show or pause or resume",
        "queue?action=pause&project= | error=project: must be the id of a project",
        "queue?action=pause&project=%20 | error=project: must be the id of a project",
        "queue?action=pause&project=a%00b | error=project: must have no control characters",
        "queue?action=pause&project=a%0ab | error=project: must have no control characters",
        "queue?action=pause&project=no/project | error=project: must be the id of a project",
        "queue?projekt=demo | error=projekt: is no argument of this task",
        "queue?action=pause&action=resume | error=action: is there more than once",
        "queue?cancel_pending= | error=cancel_pending: must be the id of a project",
        "queue?cancel_pending=a%00b | error=cancel_pending: must have no control characters",
        "queue?cancel_pending=demo&action=pause | error=cancel_pending: takes nothing beside it",
        "queue?cancel_pending=demo&project=demo | error=cancel_pending: takes nothing beside it",
        "queue?action=pause&dry_run=1 | error=dry_run: must be true or false",
      })
  void refusesWrongArgumentsByName(String call, String error) {
    one.admin()
        .run(call)
        .assertRefused(
            error,
            "queue action=show|pause|resume project=<project> cancel_pending=<project>"
                + " dry_run=true");
    assertThat(client.get("/queue").data().path("paused").asBoolean()).isFalse();
  }

  @Test
  void eachRunIsOnRecord() {
    one.admin().run("queue?action=pause&project=" + gate.project(), "X-Request-Id", "queue-task-1");

    var row =
        client
            .get("/audit?action=task.run&actor=operator&limit=200")
            .data()
            .valueStream()
            .filter(it -> it.path("request_id").asText().equals("queue-task-1"))
            .findFirst()
            .orElseThrow();

    assertThat(row.path("target").asText()).isEqualTo("queue");
    assertThat(row.path("outcome").asText()).isEqualTo("allowed");
    assertThat(row.path("detail").toString())
        .isEqualTo("{\"action\":\"pause\",\"project\":\"%s\"}".formatted(gate.project()));
  }
}
