package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.AdminClient;
import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What operators do at the admin port.
final class AdminTasksTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  /// Contract section 11.
  private static final Duration EVERYWHERE_WITHIN = Duration.ofSeconds(2);

  private static ServerProcess shared() {
    return SharedServer.get();
  }

  @Test
  void anOpenBreakerKeepsCommandsWaitingAndThoseThatRunRunning() {
    var backend = new Backend.Cluster();
    try (var server =
        ServerProcess.named("breaker", backend).database(TestPostgres.shared()).start()) {
      var client = server.client();
      var admin = server.admin();
      assertThat(admin.run("circuit-breaker")).isEqualTo(AdminClient.Said.ok("state=closed"));
      var running = client.shell("for i in 1 2 3 4 5 6; do echo $i; sleep 0.5; done");
      client.awaitRunning(running);

      assertThat(admin.run("circuit-breaker?action=open&dry_run=true"))
          .isEqualTo(AdminClient.Said.ok("state=closed", "would=open"));
      assertThat(admin.run("circuit-breaker?action=open"))
          .isEqualTo(AdminClient.Said.ok("was=closed", "state=open"));
      assertThat(admin.run("circuit-breaker?action=show"))
          .isEqualTo(AdminClient.Said.ok("state=open"));

      var waiting = client.shell("echo later");
      await("the wait is explained")
          .atMost(SOON)
          .until(() -> reason(client, waiting).equals("cluster_unavailable"));
      assertThat(client.get("/projects").data()).hasSize(1);
      assertThat(client.get("/ready").status()).isEqualTo(200);
      assertThat(metric(client, "rdev_circuit_breaker_state{name=\"cluster\",state=\"open\"}"))
          .isEqualTo("1.0");
      assertThat(client.awaitEnd(running, SOON).path("exit_code").asInt()).isZero();
      assertThat(client.command(waiting).path("status").asText()).isEqualTo("pending");

      assertThat(admin.run("circuit-breaker?action=reset"))
          .isEqualTo(AdminClient.Said.ok("was=open", "state=closed"));

      assertThat(client.awaitEnd(waiting, SOON).path("status").asText()).isEqualTo("completed");
      assertThat(admin.run("circuit-breaker?action=open").status()).isEqualTo(200);
      assertThat(admin.run("circuit-breaker?action=close"))
          .isEqualTo(AdminClient.Said.ok("was=open", "state=closed"));
    }
  }

  @Test
  void aFlushOnOneServerHoldsOnTheOther() throws IOException {
    var builder =
        ServerProcess.named("flush").database(TestPostgres.shared()).environment("CACHE_TTL", "1h");
    try (var one = builder.start();
        var other = builder.twin().start()) {
      assertThat(ids(one.client())).containsExactly("demo");
      assertThat(ids(other.client())).containsExactly("demo");
      Files.createDirectories(one.workspace("demo").resolveSibling("newcomer"));
      assertThat(one.admin().run("cache-flush?cache=projects&dry_run=true"))
          .isEqualTo(AdminClient.Said.ok("would_flush=projects"));
      assertThat(ids(other.client())).containsExactly("demo");

      assertThat(one.admin().run("cache-flush?cache=projects"))
          .isEqualTo(AdminClient.Said.ok("flushed=projects"));

      assertThat(ids(one.client())).containsExactly("demo", "newcomer");
      await()
          .atMost(EVERYWHERE_WITHIN)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> ids(other.client()).contains("newcomer"));
    }
  }

  @Test
  void aLimitChangedOnOneServerHoldsOnTheOtherAndComesBackByItself() {
    var builder = ServerProcess.named("limits").database(TestPostgres.shared());
    try (var one = builder.start();
        var other = builder.twin().start()) {
      assertThat(one.admin().run("limits").lines())
          .contains("concurrent_commands=5 from=configuration", "cache_ttl=30s from=configuration");
      assertThat(one.admin().run("limits?max_streams=7&for=6s&dry_run=true").lines().getFirst())
          .startsWith("would_set_max_streams=7 was=10000 until=");
      assertThat(limit(one, "max_streams")).isEqualTo("max_streams=10000 from=configuration");

      assertThat(one.admin().run("limits?max_streams=7&for=6s").lines().getFirst())
          .startsWith("max_streams=7 was=10000 until=");

      await("everywhere")
          .atMost(EVERYWHERE_WITHIN)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> limit(other, "max_streams").startsWith("max_streams=7 from=override"));
      await("it comes back by itself")
          .atMost(SOON)
          .until(() -> limit(other, "max_streams").equals("max_streams=10000 from=configuration"));

      one.admin().run("limits?rate_limit_rps=3&key=admin");
      assertThat(one.admin().run("limits").lines())
          .anyMatch(it -> it.startsWith("rate_limit_rps=3 key=admin from=override"));
      assertThat(one.admin().run("limits?reset=true").lines())
          .containsExactly("rate_limit_rps=default key=admin was=3");
      assertThat(one.admin().run("limits?reset=true").lines()).containsExactly("changed=nothing");
    }
  }

  private static String limit(ServerProcess server, String name) {
    return server.admin().run("limits").lines().stream()
        .filter(it -> it.startsWith(name + "="))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cache-flush?cash=projects | error=cash: is no argument of this task",
        "cache-flush?cache=commands | error=cache: must be",
        "cache-flush?cache=all&cache=all | error=cache: is there more than once",
        "cache-flush?dry_run=yes | error=dry_run: must be true or false",
        "cache-flush?%0aevil=1 | error=?evil: is no argument of this task",
        "circuit-breaker?action=explode | error=action: must be show or open or close or reset",
        "limits?rate_limit_window=5s | error=rate_limit_window: is no argument of this task",
        "limits?rate_limit_rps=0 | error=rate_limit_rps: must be an integer from 1 to 10000",
        "limits?max_streams=5&for=soon | error=for: must be a time with its unit",
        "limits?for=5s | error=for: needs a limit beside it",
        "limits?reset=true&max_streams=5 | error=reset: takes nothing but key beside it",
        "limits?max_streams=5&key=admin | error=",
        "circuit-breaker?action=open | error=action: the local runtime has no circuit breaker",
      })
  void refusesWrongArgumentsByNameAndSaysHowItIsCalled(String call, String error) {
    var said = shared().admin().run(call);

    assertThat(said.status()).isEqualTo(400);
    assertThat(said.lines()).hasSize(2);
    assertThat(said.lines().getFirst()).startsWith(error);
    assertThat(said.lines().getLast()).startsWith("usage=").endsWith("dry_run=true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE", "HEAD"})
  void isRunByPostOnly(String method) {
    assertThat(shared().admin().send(method, "cache-flush").status()).isEqualTo(405);
  }

  @ParameterizedTest
  @CsvSource({
    "Origin, http://evil.example",
    "Origin, null",
    "Origin, http://127.0.0.1:1",
    "Host, evil.example",
    "Host, localhost.evil.example:8081",
    "Host, 127.0.0.1.evil.example"
  })
  void refusesWhatAWebPageSends(String header, String value) {
    var before = taskRuns();

    assertThat(shared().admin().run("cache-flush", header, value).status()).isEqualTo(403);

    assertThat(taskRuns()).isEqualTo(before);
  }

  @Test
  void takesThePlainLocalhost() {
    assertThat(shared().admin().run("cache-flush?dry_run=true", "Host", "localhost:8081").status())
        .isEqualTo(200);
  }

  @Test
  void eachRunIsOnRecord() {
    shared().admin().run("cache-flush?cache=projects&dry_run=true", "X-Request-Id", "task-1");
    shared().admin().run("circuit-breaker?action=open", "X-Request-Id", "task-2");

    var rows =
        shared()
            .client()
            .get("/audit?action=task.run&actor=operator&limit=200")
            .data()
            .valueStream()
            .filter(it -> it.path("request_id").asText().startsWith("task-"))
            .toList();
    assertThat(rows)
        .extracting(it -> it.path("target").asText() + " " + it.path("outcome").asText())
        .containsExactly(
            "circuit-breaker failed", "circuit-breaker allowed", "cache-flush allowed");
    assertThat(rows.getLast().path("detail").toString())
        .isEqualTo("{\"cache\":\"projects\",\"dry_run\":\"true\"}");
    assertThat(rows.getLast().at("/actor/kind").asText()).isEqualTo("operator");
  }

  private static int taskRuns() {
    return shared().client().get("/audit?action=task.run&limit=200").data().size();
  }

  private static String reason(ApiClient client, String id) {
    return client.command(id).path("pending_reason").asText();
  }

  private static List<String> ids(ApiClient client) {
    return client.get("/projects").data().valueStream().map(it -> it.path("id").asText()).toList();
  }

  private static String metric(ApiClient client, String name) {
    return client
        .get("/metrics")
        .text()
        .lines()
        .filter(it -> it.startsWith(name + " "))
        .findFirst()
        .orElseThrow()
        .substring(name.length() + 1);
  }
}
