package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.CommandLine;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The audit log as clients and operators see it.
final class AuditTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SEALED_WITHIN = Duration.ofSeconds(2);

  private static ApiClient client() {
    return SharedServer.get().client();
  }

  @Test
  void tellsTheLifeOfACommand() {
    var answer =
        client()
            .post(
                "/projects/demo/shell",
                Map.of("command", "exit 3", "metadata", Map.of("ticket", "7")),
                "X-Request-Id",
                "audit-life");
    var id = answer.data().path("id").asText();
    client().awaitEnd(id, Duration.ofSeconds(30));

    var rows = rowsOf(id);

    assertThat(rows)
        .extracting(it -> it.path("action").asText() + " " + it.path("outcome").asText())
        .containsExactly(
            "command.finished failed", "command.started allowed", "command.submitted allowed");
    var submitted = rows.getLast();
    assertThat(submitted.at("/actor").toString())
        .isEqualTo("{\"key_id\":null,\"key_name\":\"admin\",\"kind\":\"admin_key\"}");
    assertThat(submitted.path("client_ip").asText()).isEqualTo("127.0.0.1");
    assertThat(submitted.path("request_id").asText()).isEqualTo("audit-life");
    assertThat(submitted.path("project").asText()).isEqualTo("demo");
    assertThat(submitted.at("/detail/request/command").asText()).isEqualTo("exit 3");
    assertThat(submitted.at("/detail/metadata/ticket").asText()).isEqualTo("7");
    var finished = rows.getFirst();
    assertThat(finished.at("/detail/exit_code").asInt()).isEqualTo(3);
    assertThat(finished.at("/actor/kind").asText()).isEqualTo("system");
    assertThat(finished.fieldNames())
        .toIterable()
        .containsExactly(
            "id",
            "at",
            "action",
            "actor",
            "client_ip",
            "request_id",
            "project",
            "target",
            "outcome",
            "detail",
            "previous_hash",
            "hash");
  }

  @Test
  void tellsWhoCancelled() {
    var id = client().shell("sleep 60");
    client().awaitRunning(id);
    client().post("/commands/" + id + "/cancel", Map.of(), "X-Request-Id", "audit-cancel");
    client().awaitEnd(id, Duration.ofSeconds(30));

    var cancelled = rowsOf(id).get(1);

    assertThat(cancelled.path("action").asText()).isEqualTo("command.cancelled");
    assertThat(cancelled.path("request_id").asText()).isEqualTo("audit-cancel");
    assertThat(cancelled.at("/detail/was").asText()).isEqualTo("running");
  }

  @Test
  void sealsEachRowWithinTwoSecondsAndChainsIt() {
    var id = client().run("true").path("id").asText();

    await()
        .atMost(SEALED_WITHIN)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> rowsOf(id).stream().noneMatch(it -> it.path("hash").isNull()));

    var head = client().get("/audit/verify").data();
    assertThat(head.path("valid").asBoolean()).isTrue();
    assertThat(head.path("checked").asLong()).isGreaterThanOrEqualTo(3);
    assertThat(head.path("first_broken_id").isNull()).isTrue();
    var noted = head.path("head").asText();
    assertThat(client().get("/audit/verify?head=" + noted).data().path("valid").asBoolean())
        .isTrue();
    assertThat(
            client()
                .get("/audit/verify?head=" + "0".repeat(63) + "1")
                .data()
                .path("valid")
                .asBoolean())
        .isFalse();
  }

  @Test
  void pagesFromTheNewestOn() {
    client().run("true");
    var first = client().get("/audit?limit=2");
    var cursor = first.json().at("/meta/next_cursor").asText();
    var second = client().get("/audit?limit=2&cursor=" + cursor);

    var ids =
        List.of(
            first.data().get(0).path("id").asLong(),
            first.data().get(1).path("id").asLong(),
            second.data().get(0).path("id").asLong(),
            second.data().get(1).path("id").asLong());
    assertThat(ids).isSortedAccordingTo((one, other) -> Long.compare(other, one));
    assertThat(ids).doesNotHaveDuplicates();
  }

  @Test
  void exportsLinesOldestFirst() throws IOException {
    client().run("true");

    var answer = client().get("/audit?action=command.finished", "Accept", "application/x-ndjson");

    assertThat(answer.header("Content-Type")).startsWith("application/x-ndjson");
    assertThat(answer.text()).endsWith("}\n");
    var ids =
        answer
            .text()
            .lines()
            .map(AuditTest::parse)
            .peek(it -> assertThat(it.path("action").asText()).isEqualTo("command.finished"))
            .map(it -> it.path("id").asLong())
            .collect(Collectors.toList());
    assertThat(ids).isNotEmpty().isSorted();
  }

  @ParameterizedTest
  @CsvSource({
    "outcome=perhaps, outcome",
    "since=yesterday, since",
    "until=12, until",
    "limit=0, limit",
    "cursor=x, cursor",
  })
  void namesTheFieldThatIsWrong(String query, String field) {
    var answer = client().get("/audit?" + query);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/error/details/0/field").asText()).isEqualTo(field);
    assertThat(client().get("/audit/verify?head=abc").json().at("/error/details/0/field").asText())
        .isEqualTo("head");
  }

  @Test
  void refusesWhatItCannotTakeDown() {
    try (var server = ServerProcess.named("unwritable").database(TestPostgres.shared()).start()) {
      TestPostgres.shared()
          .execute(server.database(), "ALTER TABLE audit_log ADD CHECK (id < 0) NOT VALID");

      var refused =
          server.client().post("/projects/demo/shell", Map.of("command", "touch evidence"));

      assertThat(refused.status()).isEqualTo(500);
      assertThat(server.client().get("/commands").data()).isEmpty();
      assertThat(server.workspace("demo").resolve("evidence")).doesNotExist();
    }
  }

  @Test
  void isVerifiedAtTheCommandLine() throws Exception {
    var database = TestPostgres.shared().createDatabase("audit_command");
    try (var server = ServerProcess.named("audited").environment(database).start()) {
      server.client().run("true");
      await()
          .atMost(SEALED_WITHIN)
          .until(
              () ->
                  TestPostgres.shared()
                          .number("audit_command", "SELECT count(*) FROM audit_unsealed")
                      == 0);
      server.stop();

      var good = CommandLine.run(database, "audit", "verify");
      assertThat(good.status()).as(good.errors()).isZero();
      assertThat(good.output())
          .matches("valid=true\\nchecked=3\\nfirst_broken_id=\\nhead=[0-9a-f]{64}\\n");

      TestPostgres.shared()
          .execute(
              "audit_command",
              "SET session_replication_role = replica;"
                  + " UPDATE audit_log SET client_ip = '192.0.2.1' WHERE id = 2");
      var broken = CommandLine.run(database, "audit", "verify");
      assertThat(broken.status()).isEqualTo(1);
      assertThat(broken.output()).startsWith("valid=false\nchecked=1\nfirst_broken_id=2\n");
      assertThat(broken.errors()).doesNotContain("\tat ");
    }
  }

  private static List<JsonNode> rowsOf(String id) {
    return client()
        .get("/audit?limit=200")
        .data()
        .valueStream()
        .filter(it -> it.path("target").asText().equals(id))
        .toList();
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }
}
