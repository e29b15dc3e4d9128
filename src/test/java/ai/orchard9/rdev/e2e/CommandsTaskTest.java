package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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

/// Operators see what runs on every server, and end it wherever it runs.
final class CommandsTaskTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final ServerProcess one = SharedPair.one();
  private final ServerProcess other = SharedPair.other();
  private final ApiClient client = one.client();

  @AfterEach
  void reset() {
    SharedPair.reset();
  }

  @Test
  void showsWhatRunsOnEveryServer() {
    var key = SharedPair.key("shown");
    var mine = Gate.anew();
    var id = mine.run();
    var printing =
        submit(
            new ApiClient(other.uri(), key.plain()),
            SharedPair.newProject(),
            "printf 1234567; sleep 60");
    await("its output is recorded")
        .atMost(SOON)
        .until(() -> client.command(printing).path("stdout_bytes").asInt() == 7);

    for (var server : List.of(one, other)) {
      var lines = server.admin().run("commands").lines();
      assertThat(lines.getFirst()).isEqualTo("running=2");
      assertThat(line(lines, id))
          .contains(
              " project=" + mine.project(),
              " type=shell",
              " key=admin",
              " bytes=0",
              " attempt=1",
              " adoptions=0")
          .containsPattern(" server=\\S+ server_id=[0-9a-f]{8} ")
          .containsPattern(" age_seconds=\\d+ ")
          .doesNotContain("server=unknown", "ending");
      assertThat(line(lines, printing)).contains(" key=" + key.prefix(), " bytes=7");
    }
  }

  @Test
  void endsOneCommandWhereverItIs() {
    var gate = Gate.anew();
    var running = gate.run();
    var waiting = gate.submit();
    var call = "commands?cancel=";

    assertThat(other.admin().run(call + running + "&dry_run=true"))
        .isEqualTo(said("would_cancel=%s project=%s status=running", running, gate.project()));
    assertThat(client.command(running).path("status").asText()).isEqualTo("running");
    assertThat(other.admin().run(call + waiting))
        .isEqualTo(said("cancelled=%s project=%s status=cancelled", waiting, gate.project()));
    assertThat(other.admin().run(call + running))
        .isEqualTo(said("cancelling=%s project=%s status=running", running, gate.project()));

    var end = client.awaitEnd(running, SOON);
    assertThat(end.path("status").asText()).isEqualTo("cancelled");
    assertThat(end.at("/kill/reason").asText()).isEqualTo("cancel");
    assertThat(end.at("/kill/signals/0").asText()).isEqualTo("TERM");
    assertThat(gate.started()).containsExactly(running);
    assertThat(other.admin().run(call + running))
        .isEqualTo(said("ended_already=%s project=%s status=cancelled", running, gate.project()));
    assertCancelledByTheOperator(gate.project(), List.of(running, waiting));
  }

  @Test
  void endsAllOfAProjectAndNothingElse() {
    var gate = Gate.anew();
    var elsewhere = Gate.anew();
    var running = gate.run();
    var spared = elsewhere.run();
    var waiting = List.of(gate.submit(), gate.at(other).submit());
    var call = "commands?cancel_project=" + gate.project();

    assertThat(one.admin().run(call + "&dry_run=true"))
        .isEqualTo(
            Said.ok(
                "would_cancel_pending=2",
                "would_cancel=" + running + " project=" + gate.project()));
    assertThat(client.get("/commands?status=pending&project=" + gate.project()).data()).hasSize(2);
    assertThat(other.admin().run(call))
        .isEqualTo(
            Said.ok("cancelled_pending=2", "cancelling=" + running + " project=" + gate.project()));

    assertThat(client.awaitEnd(running, SOON).path("status").asText()).isEqualTo("cancelled");
    waiting.forEach(
        it -> assertThat(client.command(it).path("status").asText()).isEqualTo("cancelled"));
    assertThat(gate.started()).as("none took its place").containsExactly(running);
    assertThat(one.admin().run(call)).isEqualTo(Said.ok("cancelled_pending=0"));
    elsewhere.end(spared);
    assertCancelledByTheOperator(
        gate.project(), List.of(running, waiting.getFirst(), waiting.getLast()));
  }

  @Test
  void endsAllOfAKeyInEveryProjectAndNothingOfOthers() {
    var key = SharedPair.key("ended");
    var gate = Gate.anew();
    var second = Gate.anew();
    var others = gate.run();
    var mine = new ApiClient(other.uri(), key.plain());
    var waiting = gate.post(Map.of(), mine).data().path("id").asText();
    var running = second.post(Map.of(), mine).data().path("id").asText();
    second.awaitStarted(1, SOON);
    var after = gate.submit();
    var call = "commands?cancel_key=";

    assertThat(one.admin().run(call + key.prefix() + "&dry_run=true"))
        .isEqualTo(
            Said.ok(
                "would_cancel_pending=1",
                "would_cancel=" + running + " project=" + second.project()));
    assertThat(one.admin().run(call + key.prefix()))
        .isEqualTo(
            Said.ok(
                "cancelled_pending=1", "cancelling=" + running + " project=" + second.project()));

    assertThat(client.awaitEnd(running, SOON).path("status").asText()).isEqualTo("cancelled");
    assertThat(client.command(waiting).path("status").asText()).isEqualTo("cancelled");
    assertThat(one.admin().run(call + key.id())).isEqualTo(Said.ok("cancelled_pending=0"));
    gate.end(others);
    gate.end(after);
    assertThat(gate.started()).containsExactly(others, after);
  }

  @Test
  void endsWhatTheAdminKeyHasSubmitted() {
    var gate = Gate.anew();
    var running = gate.run();
    gate.submit();

    assertThat(other.admin().run("commands?cancel_key=admin"))
        .isEqualTo(
            Said.ok("cancelled_pending=1", "cancelling=" + running + " project=" + gate.project()));

    assertThat(client.awaitEnd(running, SOON).path("status").asText()).isEqualTo("cancelled");
  }

  @Test
  void asksWhichOfTwoKeysWithOnePrefix() {
    var first = SharedPair.key("twin");
    var second = SharedPair.key("twin");
    SharedPair.execute(
        "UPDATE api_keys SET key_prefix = '%s' WHERE id = '%s'"
            .formatted(first.prefix(), second.id()));

    var said = one.admin().run("commands?cancel_key=" + first.prefix());

    assertThat(said.status()).isEqualTo(400);
    assertThat(said.lines().getFirst())
        .startsWith("error=cancel_key: 2 keys have this prefix; say which by its id: ")
        .contains(first.id() + " (active)", second.id() + " (active)");
    assertThat(one.admin().run("commands?cancel_key=" + second.id()).status()).isEqualTo(200);
  }

  @Test
  void whoFollowsTheProjectHearsOfIt() {
    var gate = Gate.anew();
    gate.run();
    var waiting = gate.submit();

    one.admin().run("commands?cancel_project=" + gate.project());

    await("the fact is numbered, for streams and webhooks")
        .atMost(SOON)
        .until(
            () ->
                SharedPair.number(
                        """
                        SELECT count(*) FROM project_events
                        WHERE command_id = '%s' AND status = 'cancelled' AND position IS NOT NULL
                        """
                            .formatted(waiting))
                    == 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "commands?kill=cmd-1 | error=kill: is no argument of this task",
        "commands?cancel= | error=cancel: there is no such command",
        "commands?cancel=cmd-0 | error=cancel: there is no such command",
        "commands?cancel=no%20id | error=cancel: there is no such command",
        "commands?cancel_project= | error=cancel_project: must be the id of a project",
        "commands?cancel_project=a/b | error=cancel_project: must be the id of a project",
        "commands?cancel_key= | error=cancel_key: must be the 8 characters after rdev_sk_, or",
        "commands?cancel_key=0000000g | error=cancel_key: must be the 8 characters",
        "commands?cancel_key=00000000 | error=cancel_key: there is no such key",
        "commands?cancel_key=00000000-0000-0000-0000-000000000000 | error=cancel_key: there is no",
        "commands?cancel=cmd-0&cancel_key=admin | error=cancel: takes nothing beside it",
        "commands?cancel_project=demo&cancel_key=admin | error=cancel_project: takes nothing",
        "commands?cancel=cmd-0&cancel=cmd-1 | error=cancel: is there more than once",
        "commands?cancel_key=admin&dry_run=1 | error=dry_run: must be true or false",
      })
  void refusesWrongArgumentsByName(String call, String error) {
    one.admin()
        .run(call)
        .assertRefused(
            error,
            "commands cancel=<id> cancel_project=<project>"
                + " cancel_key=<prefix>|<key id>|admin dry_run=true");
  }

  private static void assertCancelledByTheOperator(String project, List<String> ids) {
    var rows =
        SharedPair.one().client().get("/audit?action=command.cancelled&project=" + project).data();
    assertThat(rows)
        .extracting(it -> it.path("target").asText())
        .containsExactlyInAnyOrderElementsOf(ids);
    assertThat(rows).extracting(it -> it.at("/actor/kind").asText()).containsOnly("operator");
  }

  private static String submit(ApiClient client, String project, String script) {
    var answer = client.post("/projects/" + project + "/shell", Map.of("command", script));
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.data().path("id").asText();
  }

  private static String line(List<String> lines, String id) {
    return lines.stream()
        .filter(it -> it.startsWith("command=" + id + " "))
        .findFirst()
        .orElseThrow(() -> new AssertionError(id + " not in " + lines));
  }

  private static Said said(String pattern, String id, String project) {
    return Said.ok(pattern.formatted(id, project));
  }
}
