package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ApiClient.Answer;
import ai.orchard9.rdev.testing.ServerProcess;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What clients see of the queue, and where they may put what waits in it.
final class QueueApiTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final ServerProcess one = SharedPair.one();
  private final ServerProcess other = SharedPair.other();
  private final ApiClient client = one.client();
  private final Gate gate = Gate.anew();

  @AfterEach
  void reset() {
    SharedPair.reset();
  }

  @Test
  void aHigherPriorityGoesToTheFrontAndStartsFirst() {
    var running = gate.run();
    var answers =
        List.of(
            gate.post(Map.of(), client),
            gate.post(Map.of(), other.client()),
            gate.post(Map.of(), client));
    var ids = answers.stream().map(it -> it.data().path("id").asText()).toList();
    assertThat(answers)
        .extracting(it -> it.data().path("queue_position").asInt())
        .containsExactly(1, 2, 3);
    assertThat(ids).extracting(this::position).containsExactly(1, 2, 3);

    var moved = prioritize(other.client(), ids.getLast(), "high");

    assertThat(moved.status()).as(moved.text()).isEqualTo(200);
    assertThat(moved.data().path("priority").asText()).isEqualTo("high");
    assertThat(moved.data().path("queue_position").asInt()).isEqualTo(1);
    assertThat(ids).extracting(this::position).containsExactly(2, 3, 1);
    gate.end(running);
    ids.reversed().forEach(gate::open);
    ids.forEach(it -> client.awaitEnd(it, SOON));
    assertThat(gate.started()).containsExactly(running, ids.get(2), ids.get(0), ids.get(1));
    assertThat(client.command(ids.getFirst()).path("queue_position").isNull()).isTrue();
  }

  @Test
  void aLowerPriorityGoesToTheEnd() {
    var running = gate.run();
    var first = gate.submit();
    var second = gate.submit();

    prioritize(client, first, "low");

    assertThat(List.of(first, second)).extracting(this::position).containsExactly(2, 1);
    gate.open(running, first, second);
    client.awaitEnd(first, SOON);
    assertThat(gate.started()).containsExactly(running, second, first);
  }

  @Test
  void eachStepOfPriorityIsWorthTenMinutesOfWaiting() {
    var running = gate.run();
    var low = gate.submit(Map.of("priority", "low"));
    var urgent = gate.submit(Map.of("priority", "urgent"));
    assertThat(List.of(low, urgent)).extracting(this::position).containsExactly(2, 1);

    wait(low, "29 minutes");
    var second = gate.submit(Map.of("priority", "urgent"));
    assertThat(List.of(low, urgent, second)).extracting(this::position).containsExactly(3, 1, 2);

    wait(low, "2 minutes");
    assertThat(List.of(low, urgent, second)).extracting(this::position).containsExactly(1, 2, 3);
    gate.open(running, low, urgent, second);
    client.awaitEnd(second, SOON);
    assertThat(gate.started()).containsExactly(running, low, urgent, second);
  }

  /// As if it had been submitted earlier.
  private static void wait(String id, String time) {
    SharedPair.execute(
        """
        UPDATE pending_commands SET created_at = created_at - interval '%s',
          due = due - interval '%s' WHERE command_id = '%s'
        """
            .formatted(time, time, id));
  }

  @Test
  void urgentNeedsAdmin() {
    gate.run();
    var alice = new ApiClient(one.uri(), apiKey("alice"));
    var waiting = gate.submit();

    var refused = prioritize(alice, waiting, "urgent");

    assertThat(refused.status()).as(refused.text()).isEqualTo(403);
    assertThat(refused.errorCode()).isEqualTo("FORBIDDEN");
    assertThat(refused.text()).contains("scope admin");
    assertThat(client.command(waiting).path("priority").asText()).isEqualTo("normal");
    assertThat(prioritize(alice, waiting, "high").status()).isEqualTo(200);
    assertThat(prioritize(client, waiting, "urgent").data().path("priority").asText())
        .isEqualTo("urgent");
  }

  @Test
  void onlyWhatWaitsHasAPlaceInTheLine() {
    var id = gate.run();
    assertThat(prioritize(client, id, "high").errorCode()).isEqualTo("CONFLICT");

    gate.end(id);

    var answer = prioritize(client, id, "high");
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.text()).contains("this one is completed");
    assertThat(client.command(id).path("priority").asText()).isEqualTo("normal");
  }

  @ParameterizedTest
  @CsvSource({"cmd-000000000aaaaaaaaaaaaaaaa", "cmd-", "nothing"})
  void whatIsNotThereIsNotFound(String id) {
    assertThat(prioritize(client, id, "high").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'priority': 'asap'} | priority",
        "{'priority': 'HIGH'} | priority",
        "{'priority': ''} | priority",
        "{'priority': 2} | priority",
        "{'priority': null} | priority",
        "{} | priority",
        "{'priority': 'high', 'queue_position': 1} | queue_position",
      })
  void namesTheFieldThatIsWrong(String body, String field) {
    gate.run();
    var waiting = gate.submit();

    var answer = change(client, waiting, ApiClient.parse(body.replace('\'', '"')));

    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.json().at("/error/details/0/field").asText()).isEqualTo(field);
    assertThat(client.command(waiting).path("priority").asText()).isEqualTo("normal");
  }

  @Test
  void eachChangeIsOnRecord() {
    gate.run();
    var waiting = gate.submit();
    prioritize(client, waiting, "high", "X-Request-Id", "prioritize-1");
    prioritize(client, waiting, "low", "X-Request-Id", "prioritize-2");

    var rows =
        client
            .get("/audit?action=command.prioritized&project=" + gate.project())
            .data()
            .valueStream()
            .toList();

    assertThat(rows)
        .extracting(it -> it.path("request_id").asText() + " " + it.path("detail"))
        .containsExactly(
            "prioritize-2 {\"type\":\"shell\",\"from\":\"high\",\"to\":\"low\"}",
            "prioritize-1 {\"type\":\"shell\",\"from\":\"normal\",\"to\":\"high\"}");
    assertThat(rows).extracting(it -> it.path("target").asText()).containsOnly(waiting);
    assertThat(rows).extracting(it -> it.at("/actor/kind").asText()).containsOnly("admin_key");
  }

  @Test
  void showsTheQueueOfTheProjectsThatAKeyMaySee() {
    var idle = SharedPair.newProject();
    var hidden = Gate.anew();
    hidden.run();
    hidden.submit();
    var alice = new ApiClient(one.uri(), apiKey("alice of two", gate.project(), idle));
    assertThat(queue(alice))
        .isEqualTo(picture(Map.of(), 0, line(gate.project(), 0, 0), line(idle, 0, 0)));
    var running = gate.run();
    var low = gate.submit(Map.of("priority", "low"));
    var normal = gate.submit();
    gate.submit();
    var urgent = gate.submit(Map.of("priority", "urgent"));
    wait(normal, "100 seconds");

    var seen = queue(alice);

    var oldest = ((ObjectNode) seen).remove("oldest_pending_seconds").asLong();
    assertThat(oldest).isBetween(100L, 130L);
    assertThat(seen)
        .isEqualTo(
            without(
                picture(
                    Map.of("low", 1, "normal", 2, "urgent", 1),
                    1,
                    line(gate.project(), 4, 1),
                    line(idle, 0, 0)),
                "oldest_pending_seconds"));
    assertThat(queue(client).path("projects")).hasSizeGreaterThan(2);
    assertThat(queue(client).path("pending").path("normal").asInt()).isGreaterThanOrEqualTo(2);
    one.admin().run("queue?cancel_pending=" + gate.project());
    gate.end(running);
    assertThat(List.of(low, urgent))
        .extracting(it -> client.command(it).path("status").asText())
        .containsOnly("cancelled");
    assertThat(queue(alice))
        .isEqualTo(picture(Map.of(), 0, line(gate.project(), 0, 0), line(idle, 0, 0)));
  }

  private static JsonNode without(JsonNode node, String field) {
    ((ObjectNode) node).remove(field);
    return node;
  }

  private static JsonNode queue(ApiClient client) {
    return client.get("/queue").data();
  }

  private static String line(String project, int pending, int running) {
    return "{\"id\": \"%s\", \"pending\": %d, \"running\": %d}"
        .formatted(project, pending, running);
  }

  private static JsonNode picture(Map<String, Integer> pending, int running, String... projects) {
    return ApiClient.parse(
        """
        {"paused": false, "pending": {"low": %d, "normal": %d, "high": %d, "urgent": %d},
         "running": %d, "oldest_pending_seconds": 0, "limits": {"concurrent_commands": 1},
         "projects": [%s]}
        """
            .formatted(
                pending.getOrDefault("low", 0),
                pending.getOrDefault("normal", 0),
                pending.getOrDefault("high", 0),
                pending.getOrDefault("urgent", 0),
                running,
                String.join(", ", projects)));
  }

  @Test
  void saysWhyACommandWaitsAndHowLongItWill() {
    var running = gate.run();
    var first = gate.submit();
    var second = gate.submit();
    assertThat(client.command(first).path("pending_reason").asText()).isEqualTo("limit");
    assertThat(client.command(first).path("eta_seconds").isNull()).as("nothing ended yet").isTrue();
    gate.end(running);
    gate.awaitStarted(2, SOON);
    assertThat(client.command(second).path("eta_seconds").asInt()).isPositive();

    SharedPair.execute(
        "UPDATE slots SET mean_seconds = 100 WHERE project = '%s'".formatted(gate.project()));
    var third = gate.submit();
    assertThat(client.command(second).path("eta_seconds").asInt()).isEqualTo(100);
    assertThat(other.client().command(third).path("eta_seconds").asInt()).isEqualTo(200);

    one.admin().run("queue?action=pause&project=" + gate.project());
    var paused = other.client().command(second);
    assertThat(paused.path("pending_reason").asText()).isEqualTo("paused");
    assertThat(paused.path("eta_seconds").isNull()).isTrue();
    assertThat(paused.path("queue_position").asInt()).isEqualTo(1);
    var listed = client.get("/commands?status=pending&project=" + gate.project()).data();
    assertThat(listed)
        .extracting(it -> it.path("pending_reason").asText())
        .containsExactly("paused", "paused");
    one.admin().run("queue?action=resume&project=" + gate.project());
    assertThat(client.command(second).path("pending_reason").asText()).isEqualTo("limit");
    gate.open(first, second, third);
    var ended = client.awaitEnd(third, SOON);
    assertThat(ended.path("pending_reason").isNull()).isTrue();
    assertThat(ended.path("eta_seconds").isNull()).isTrue();
  }

  @Test
  void whatDoesNotStartInTimeFailsAlsoWhilePaused() {
    var still = Gate.anew();
    one.admin().run("queue?action=pause&project=" + still.project());
    var running = gate.run();
    var fields = Map.of("start_within_seconds", 1);

    var ids = List.of(gate.submit(fields), still.submit(fields));
    var patient = gate.submit(Map.of("start_within_seconds", 600));

    for (var id : ids) {
      var command = client.awaitEnd(id, SOON);
      assertThat(command.path("status").asText()).isEqualTo("failed");
      assertThat(command.at("/error/code").asText()).isEqualTo("QUEUE_TIMEOUT");
      assertThat(command.path("exit_code").isNull()).isTrue();
      assertThat(command.path("started_at").isNull()).isTrue();
      assertThat(command.path("attempt").asInt()).isEqualTo(1);
    }
    one.admin().run("queue?action=resume&project=" + still.project());
    gate.end(running);
    gate.end(patient);
    assertThat(gate.started()).containsExactly(running, patient);
    still.assertNoneStartBeside();
  }

  @Test
  void aReaderMayWaitForTheEnd() {
    var id = gate.run();

    var early = client.get("/commands/" + id, "Prefer", "wait=1");
    assertThat(early.status()).isEqualTo(200);
    assertThat(early.header("Preference-Applied")).isEqualTo("wait=1");
    assertThat(early.data().path("status").asText()).isEqualTo("running");
    assertThat(early.data().has("stdout")).isFalse();

    gate.open(id);
    var late = other.client().get("/commands/" + id, "Prefer", "wait=30");
    assertThat(late.data().path("status").asText()).isEqualTo("completed");
    assertThat(late.data().path("stdout").asText()).isEmpty();
    assertThat(late.data().path("stdout_truncated").isBoolean()).isTrue();
    var senseless = client.get("/commands/" + id, "Prefer", "wait=0");
    assertThat(senseless.find("Preference-Applied")).isEmpty();
  }

  private int position(String id) {
    return other.client().command(id).path("queue_position").asInt();
  }

  private static Answer prioritize(
      ApiClient client, String id, String priority, String... headers) {
    return change(client, id, Map.of("priority", priority), headers);
  }

  private static Answer change(ApiClient client, String id, Object body, String... headers) {
    return client.send("PATCH", "/commands/" + id, Optional.of(body), headers);
  }

  private String apiKey(String name, String... projects) {
    var limited = projects.length == 0 ? null : List.of(projects);
    var body = ApiClient.parse("{\"scopes\": [\"projects:execute\"]}");
    ((ObjectNode) body).put("name", name).putPOJO("project_ids", limited);
    var answer = client.post("/keys", body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer.data().path("key").asText();
  }
}
