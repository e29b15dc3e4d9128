package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How many commands run at once, and that the others are where they should be.
final class RunningLimitsTest {
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
  void aRaisedLimitStartsMoreAndALoweredOneEndsNothing() {
    var ids = gate.submit(7);
    gate.awaitStarted(1, SOON);
    gate.assertNoneStartBeside(ids.getFirst());

    one.admin().run("limits?concurrent_commands=4");

    gate.awaitStarted(4, EVERYWHERE_WITHIN);
    assertThat(new TreeSet<>(gate.started())).isEqualTo(new TreeSet<>(ids.subList(0, 4)));
    assertThat(client.get("/queue").data().at("/limits/concurrent_commands").asInt()).isEqualTo(4);
    setEverywhere("concurrent_commands", 2);
    var started = gate.started().toArray(String[]::new);
    assertThat(running()).isEqualTo(4);
    gate.end(ids.get(0));
    gate.end(ids.get(1));
    gate.assertNoneStartBeside(started);
    assertThat(running()).as("two are left, and two may run").isEqualTo(2);
    gate.end(ids.get(2));
    gate.awaitStarted(5, SOON);
    assertThat(gate.started()).last().isEqualTo(ids.get(4));
    assertThat(running()).isEqualTo(2);

    ids.subList(3, 7).forEach(gate::open);
    ids.forEach(it -> assertThat(client.awaitEnd(it, SOON).path("exit_code").asInt(-1)).isZero());
  }

  private long running() {
    return SharedPair.number(
        "SELECT count(*) FROM commands WHERE status = 'running' AND project = '%s'"
            .formatted(gate.project()));
  }

  @Test
  void aLimitHoldsOnBothUnderLoadAndComesBackOnBoth() throws Exception {
    var busy = new AtomicBoolean(true);
    var ended = new ConcurrentLinkedQueue<Integer>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var loads = new ArrayList<Future<?>>();
      for (var server : List.of(client, other.client(), client, other.client())) {
        loads.add(
            threads.submit(
                () -> {
                  while (busy.get()) {
                    ended.add(server.run("sleep 0.05").path("exit_code").asInt(-1));
                  }
                }));
      }
      try {
        one.admin().run("limits?concurrent_commands=3&for=4s");
        await("on both")
            .atMost(EVERYWHERE_WITHIN)
            .until(() -> haveLimit("concurrent_commands=3 from=override"));
        await("back on both").atMost(SOON).until(() -> haveLimit("from=configuration"));
      } finally {
        busy.set(false);
      }
      for (var load : loads) {
        load.get();
      }
    }
    assertThat(ended).hasSizeGreaterThan(20).containsOnly(0);
  }

  private boolean haveLimit(String wanted) {
    return Stream.of(one, other)
        .allMatch(
            server ->
                server.admin().run("limits").lines().stream()
                    .anyMatch(it -> it.startsWith("concurrent_commands=") && it.contains(wanted)));
  }

  @Test
  void noServerAndNoProjectEverRunsMoreThanItsLimit() {
    setEverywhere("concurrent_commands", 3);
    setEverywhere("max_running_commands", 2);
    var projects = List.of(gate.project(), SharedPair.newProject());
    var clients = List.of(client, other.client());

    var ids =
        AtOnce.call(
            40,
            i ->
                clients
                    .get(i % 2)
                    .post(
                        "/projects/" + projects.get(i / 2 % 2) + "/shell",
                        Map.of("command", "sleep 0.02"))
                    .data()
                    .path("id")
                    .asText());

    ids.forEach(it -> client.awaitEnd(it, SOON));
    assertThat(mostAtOnce("owner", projects)).as("on a server").isEqualTo(2);
    assertThat(mostAtOnce("project", projects)).as("in a project").isBetween(2L, 3L);
  }

  /// As many as had started and not ended when any of them started.
  private static long mostAtOnce(String column, List<String> projects) {
    return SharedPair.number(
        """
        WITH ran AS (SELECT * FROM commands WHERE project IN ('%s'))
        SELECT max((SELECT count(*) FROM ran b WHERE b.%s = a.%s
          AND b.started_at <= a.started_at AND b.finished_at > a.started_at)) FROM ran a
        """
            .formatted(String.join("', '", projects), column, column));
  }

  @Test
  void aServerThatIsFullLeavesTheRestToTheOther() {
    setEverywhere("concurrent_commands", 10);
    setEverywhere("max_running_commands", 2);

    gate.submit(6);

    gate.awaitStarted(4, SOON);
    gate.assertNoneStartBeside(gate.started().toArray(String[]::new));
    assertThat(gate.started()).hasSize(4);
    assertThat(
            SharedPair.number(
                """
                SELECT max(n) FROM (SELECT count(*) AS n FROM commands
                  WHERE status = 'running' GROUP BY owner) AS servers
                """))
        .isEqualTo(2);
  }

  @Test
  void aBurstInOneProjectDoesNotKeepAnotherWaiting() {
    setEverywhere("concurrent_commands", 10);
    setEverywhere("max_running_commands", 1);
    var small = Gate.anew();
    var burst = new ArrayList<>(gate.submit(8));
    gate.awaitStarted(2, SOON);
    var late = small.submit();

    gate.end(gate.started().getFirst());

    small.awaitStarted(1, SOON);
    assertThat(gate.started()).hasSize(2);
    burst.removeAll(gate.started());
    assertThat(burst)
        .extracting(it -> client.command(it).path("status").asText())
        .containsOnly("pending");
    assertThat(small.started()).containsExactly(late);
  }

  @Test
  void listsTheCommandsOfEachStatus() {
    setEverywhere("concurrent_commands", 4);
    var completed = submit("true", 25);
    var failed = submit("exit 3", 15);
    Stream.of(completed, failed).flatMap(List::stream).forEach(it -> client.awaitEnd(it, SOON));
    var running = gate.submit(4);
    gate.awaitStarted(4, SOON);
    var cancelled = submit("true", 20);
    one.admin().run("queue?cancel_pending=" + gate.project());
    var pending = submit("true", 20);

    assertThat(list("completed")).isEqualTo(completed.reversed());
    assertThat(list("failed")).isEqualTo(failed.reversed());
    assertThat(list("running")).isEqualTo(running.reversed());
    assertThat(list("cancelled")).isEqualTo(cancelled.reversed());
    assertThat(list("pending")).isEqualTo(pending.reversed());

    running.forEach(gate::open);
    pending.forEach(it -> client.awaitEnd(it, SOON));
    assertThat(list("pending")).isEmpty();
    assertThat(list("running")).isEmpty();
    assertThat(list("completed")).hasSize(25 + 4 + 20);
  }

  private List<String> submit(String script, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            _ ->
                client
                    .post("/projects/" + gate.project() + "/shell", Map.of("command", script))
                    .data()
                    .path("id")
                    .asText())
        .toList();
  }

  /// All of a status, read in small pages.
  private List<String> list(String status) {
    var ids = new ArrayList<String>();
    var path = "/commands?project=%s&limit=9&status=%s".formatted(gate.project(), status);
    var cursor = "";
    while (true) {
      var answer = other.client().get(path + cursor);
      for (var command : answer.data()) {
        assertThat(command.path("status").asText()).isEqualTo(status);
        ids.add(command.path("id").asText());
      }
      var next = answer.json().at("/meta/next_cursor");
      if (next.isNull()) {
        return ids;
      }
      cursor = "&cursor=" + next.asText();
    }
  }

  private void setEverywhere(String limit, int value) {
    assertThat(one.admin().run("limits?" + limit + "=" + value).status()).isEqualTo(200);
    await(limit)
        .atMost(EVERYWHERE_WITHIN)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () ->
                other.admin().run("limits").lines().stream()
                    .anyMatch(it -> it.startsWith(limit + "=" + value + " ")));
  }
}
