package ai.orchard9.rdev.e2e.gameday;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.ConsoleClient;
import ai.orchard9.rdev.testing.Scrape;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import ai.orchard9.rdev.testing.cluster.FakeCluster;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.core.ConditionFactory;

/// What a game day is played on: one server over pods of a cluster, with a PostgreSQL that nobody
/// else needs. Few places and streams, so that they are soon used up; what is known of projects is
/// never old by itself.
final class Stage implements AutoCloseable {
  /// Running commands that a project may have.
  static final int PLACES = 2;

  /// Streams that may be open.
  static final int STREAMS = 10;

  /// A command that counts until it may end.
  static final String COUNTING =
      "i=0; until [ -e go-on ]; do i=$((i+1)); echo $i; sleep 0.05; done; rm go-on";

  static final Duration SOON = Duration.ofSeconds(30);

  private final CompletableFuture<TestPostgres> starting =
      CompletableFuture.supplyAsync(() -> TestPostgres.create("gameday"));
  private final Backend.Cluster backend = new Backend.Cluster();
  private final TestPostgres postgres = starting.join();
  private final ServerProcess server =
      ServerProcess.named("gameday", backend)
          .database(postgres)
          .environment("CONCURRENT_COMMANDS", Integer.toString(PLACES))
          .environment("MAX_STREAMS", Integer.toString(STREAMS))
          .environment("OUTPUT_LIMIT_BYTES", "4000000000")
          .environment("CACHE_TTL", "1h")
          .start();
  private final Operator operator = new Operator(server, postgres, backend.cluster());

  FakeCluster cluster() {
    return backend.cluster();
  }

  Backend.Cluster backend() {
    return backend;
  }

  TestPostgres postgres() {
    return postgres;
  }

  ServerProcess server() {
    return server;
  }

  ApiClient client() {
    return server.client();
  }

  ConsoleClient console() {
    return ConsoleClient.logIn(server.uri(), ServerProcess.KEY);
  }

  Operator operator() {
    return operator;
  }

  Scrape scrape() {
    return Scrape.of(server);
  }

  /// Queues a shell command.
  ///
  /// @return its id
  String submit(String project, String script) {
    var answer = client().post("/projects/" + project + "/shell", Map.of("command", script));
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.data().path("id").asText();
  }

  /// Queues a shell command and waits until it runs.
  ///
  /// @return its id
  String start(String project, String script) {
    var id = submit(project, script);
    client().awaitRunning(id);
    return id;
  }

  /// Lets the one that counts end.
  void letGoOn() {
    backend.demo().run("touch", "/workspace/go-on");
  }

  /// Why a command waits.
  String pendingReason(String id) {
    return client().command(id).path("pending_reason").asText();
  }

  /// Ends a command and waits for that.
  void cancel(String id) {
    client().post("/commands/" + id + "/cancel", Map.of("grace_seconds", 0));
    client().awaitEnd(id, SOON);
  }

  /// Waits for a command's end, and that it is a good one.
  void assertCompletes(String id) {
    var ended = client().awaitEnd(id, SOON);
    assertThat(ended.path("status").asText()).as(ended.toString()).isEqualTo("completed");
  }

  static ConditionFactory awaiting(String what) {
    return await(what).atMost(SOON).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(50));
  }

  /// Puts back whatever a scenario that did not come to its end has left.
  void reset() {
    postgres.start();
    cluster().comeBack();
    cluster().faults().clear();
    awaiting("ready again").until(server::isReady);
    client().get("/commands?status=running").data().forEach(it -> cancel(it.path("id").asText()));
    var admin = server.admin();
    for (var call :
        new String[] {
          "limits?reset=true",
          "queue?action=resume",
          "circuit-breaker?action=reset",
          "cache-flush?cache=all",
          "streams?close=all"
        }) {
      assertThat(admin.run(call).status()).as(call).isEqualTo(200);
    }
  }

  @Override
  public void close() {
    server.close();
    postgres.close();
  }
}
