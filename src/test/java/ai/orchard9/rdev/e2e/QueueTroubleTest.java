package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Repetitions;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.SkewedServer;
import ai.orchard9.rdev.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Three servers on one queue, while one is killed, one hangs, two have clocks that are wrong, and
/// the database crashes: no command runs twice, none is forgotten, no limit is exceeded.
final class QueueTroubleTest {
  private static final List<String> PROJECTS = List.of("demo", "second", "third");
  private static final int LIMIT = 2;

  /// Twice as many as commands that may run; each waits for its own.
  private static final int CLIENTS = 12;

  private static final Duration HANGS = Duration.ofSeconds(Repetitions.of(13, 30));
  private static final Duration END_WITHIN = Duration.ofMinutes(3);

  /// Longer than one fault, shorter than all.
  private static final String SCRIPT =
      """
      echo "begin $RDEV_COMMAND_ID $(date +%s%N)" >> began-and-ended
      sleep 0.6
      echo "end $RDEV_COMMAND_ID $(date +%s%N)" >> began-and-ended
      """;

  private final Map<String, String> accepted = new ConcurrentHashMap<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicBoolean enough = new AtomicBoolean();
  private final AtomicReference<@Nullable ServerProcess> silent = new AtomicReference<>();

  @Test
  void noCommandRunsTwiceAndNoneIsForgotten() throws Exception {
    var postgres = TestPostgres.create("queue-trouble");
    var settings =
        ServerProcess.named("queue-trouble")
            .database(postgres)
            .main(SkewedServer.class)
            .environment("CONCURRENT_COMMANDS", Integer.toString(LIMIT))
            .environment("MAX_RUNNING_COMMANDS", "4");
    PROJECTS.forEach(settings::project);
    var ahead = Files.writeString(settings.home().resolve("ahead"), "PT60S");
    var behind = Files.writeString(settings.home().resolve("behind"), "PT-60S");
    try (postgres;
        var killed = settings.option("-Drdev.clock=" + ahead).start();
        var hung = settings.twin().option("-Drdev.clock=" + behind).start();
        var third = settings.twin().option("-Drdev.clock=/none").start();
        var clients = Executors.newFixedThreadPool(CLIENTS)) {
      var servers = List.of(killed, hung, third);
      var submitting =
          IntStream.range(0, CLIENTS)
              .mapToObj(it -> CompletableFuture.runAsync(() -> submitAll(servers, it), clients))
              .toArray(CompletableFuture[]::new);

      awaitAccepted(15);
      killed.kill9();
      awaitAccepted(10);
      silent.set(hung);
      hung.pause();
      var paused = System.nanoTime();
      killed.restart();
      killed.awaitReady();
      awaitAccepted(10);
      await("longer than a lease")
          .atMost(HANGS.plusSeconds(5))
          .until(() -> System.nanoTime() - paused >= HANGS.toNanos());
      hung.resume();
      silent.set(null);
      awaitAccepted(10);
      postgres.stop("QUIT");
      postgres.start();
      awaitAccepted(10);
      enough.set(true);
      CompletableFuture.allOf(submitting).get(2, TimeUnit.MINUTES);

      accepted.keySet().forEach(id -> third.client().awaitEnd(id, END_WITHIN));
      assertAllRanOnce(third);
      assertOneEndEach(postgres, third.database());
      PROJECTS.forEach(it -> assertLimitHeld(third.workspace(it)));
    }
  }

  /// Each request has a name of its own and is repeated, at the next server, until it is answered.
  private void submitAll(List<ServerProcess> servers, int first) {
    var turn = first;
    while (!enough.get()) {
      var number = numbers.incrementAndGet();
      var project = PROJECTS.get(number % PROJECTS.size());
      for (var answered = false; !answered; turn++) {
        var server = servers.get(turn % servers.size());
        // What was under way when it fell silent waits; nobody begins anything there.
        answered = server != silent.get() && submit(server.client(), project, number);
      }
    }
  }

  private boolean submit(ApiClient client, String project, int number) {
    try {
      var answer =
          client.post(
              "/projects/" + project + "/shell",
              Map.of("command", SCRIPT, "priority", number % 4 == 0 ? "high" : "normal"),
              "Idempotency-Key",
              "request-" + number,
              "Prefer",
              "wait=3");
      if (answer.status() == 200 || answer.status() == 202) {
        var twin = accepted.put(answer.data().path("id").asText(), "request-" + number);
        assertThat(twin).isNull();
        return true;
      }
      assertThat(answer.status()).as(answer.text()).isEqualTo(503);
    } catch (UncheckedIOException away) {
      // The next one will know whether it was taken.
    }
    return false;
  }

  private void awaitAccepted(int more) {
    var before = accepted.size();
    await("submissions go on")
        .atMost(Duration.ofSeconds(60))
        .until(() -> accepted.size() >= before + more);
  }

  private void assertAllRanOnce(ServerProcess server) {
    var begun = new ArrayList<String>();
    for (var project : PROJECTS) {
      for (var line : lines(server.workspace(project))) {
        if (line[0].equals("begin")) {
          begun.add(line[1]);
        }
      }
    }
    assertThat(begun).doesNotHaveDuplicates();
    assertThat(Set.copyOf(begun)).isEqualTo(accepted.keySet());
    for (var id : accepted.keySet()) {
      var command = server.client().command(id);
      assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("completed");
    }
  }

  /// Who hung, and came back when others had taken over, wrote nothing.
  private void assertOneEndEach(TestPostgres postgres, String database) {
    var ended = "FROM project_events WHERE status IN ('completed', 'failed', 'cancelled')";
    assertThat(postgres.number(database, "SELECT count(*) " + ended)).isEqualTo(accepted.size());
    assertThat(postgres.number(database, "SELECT count(DISTINCT command_id) " + ended))
        .isEqualTo(accepted.size());
    assertThat(
            postgres.number(
                database, "SELECT count(*) FROM audit_log WHERE action = 'command.finished'"))
        .isEqualTo(accepted.size());
    assertThat(postgres.number(database, "SELECT count(*) FROM pending_commands")).isZero();
    assertThat(postgres.number(database, "SELECT count(command_id) FROM slots")).isZero();
  }

  /// By the clock of the machine on which they all ran.
  private static void assertLimitHeld(Path workspace) {
    var changes =
        lines(workspace).stream()
            .collect(
                Collectors.toMap(
                    it -> Long.parseLong(it[2]),
                    it -> it[0].equals("begin") ? 1 : -1,
                    Integer::sum,
                    TreeMap::new));
    var running = 0;
    var most = 0;
    for (var change : changes.values()) {
      running += change;
      most = Math.max(most, running);
    }
    assertThat(running).isZero();
    assertThat(most).isBetween(1, LIMIT);
  }

  private static List<String[]> lines(Path workspace) {
    try {
      return Files.readAllLines(workspace.resolve("began-and-ended")).stream()
          .map(it -> it.split(" ", -1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
