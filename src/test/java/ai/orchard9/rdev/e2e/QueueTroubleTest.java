package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import java.util.HashSet;
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
/// the database crashes: no command runs twice, none is forgotten, no limit is exceeded, and what
/// outlasts the hanging of its server is told once.
final class QueueTroubleTest {
  private static final List<String> PROJECTS = List.of("demo", "second", "third");

  /// Where commands run that outlast the hanging of their server.
  private static final String LONG = "long";

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

  /// Prints numbers until it is told to end.
  private static final String LONG_SCRIPT =
      """
      echo "begin $RDEV_COMMAND_ID $(date +%s%N)" >> began-and-ended
      i=0
      until [ -e "end-$RDEV_COMMAND_ID" ]; do i=$((i + 1)); echo $i; sleep 0.1; done
      echo "end $RDEV_COMMAND_ID $(date +%s%N) $i" >> began-and-ended
      exit 7
      """;

  private static final int LONG_EXIT = 7;

  private final Map<String, String> accepted = new ConcurrentHashMap<>();
  private final Set<String> outlasting = new HashSet<>();
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
    settings.project(LONG);
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
      var spanning = startOn(hung);
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
      spanning.forEach(it -> awaitLeft(hung, it));
      spanning.forEach(it -> assertTakenOver(third, it));
      for (var it : spanning) {
        end(third, it);
      }
      spanning.forEach(it -> third.client().awaitEnd(it, END_WITHIN));
      spanning.forEach(it -> assertEndedByOneOf(List.of(killed, third), hung, it));
      awaitAccepted(10);
      postgres.stop("QUIT");
      postgres.start();
      awaitAccepted(10);
      enough.set(true);
      CompletableFuture.allOf(submitting).get(2, TimeUnit.MINUTES);

      accepted.keySet().forEach(id -> third.client().awaitEnd(id, END_WITHIN));
      assertAllRanOnce(third);
      outlasting.forEach(it -> third.client().awaitEnd(it, END_WITHIN));
      assertLongRanOnce(third);
      assertOneEndEach(postgres, third.database());
      PROJECTS.forEach(it -> assertLimitHeld(third.workspace(it)));
      assertLimitHeld(third.workspace(LONG));
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

  /// As many as may run in their project, all of them on this server.
  private List<String> startOn(ServerProcess server) {
    var started = new ArrayList<String>();
    await("they start where they should")
        .atMost(Duration.ofSeconds(60))
        .pollDelay(Duration.ZERO)
        .until(
            () -> {
              var id = startLong(server);
              if (server.hasStarted(id)) {
                started.add(id);
              } else {
                end(server, id);
              }
              return started.size() == LIMIT;
            });
    return started;
  }

  /// Returns when it has printed something.
  private String startLong(ServerProcess server) {
    var client = server.client();
    var answer =
        client.post(
            "/projects/" + LONG + "/shell", Map.of("command", LONG_SCRIPT, "priority", "urgent"));
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    var id = answer.data().path("id").asText();
    outlasting.add(id);
    await("output of " + id)
        .atMost(Duration.ofSeconds(30))
        .until(() -> client.command(id).path("stdout_bytes").asLong() > 0);
    return id;
  }

  private static void end(ServerProcess server, String id) throws IOException {
    Files.createFile(server.workspace(LONG).resolve("end-" + id));
  }

  /// It has heard that its token counts no more.
  private static void awaitLeft(ServerProcess hung, String id) {
    await("left by the one that hung: " + id)
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .until(() -> hung.hasLogged(id, "command left to its new owner"));
  }

  private static void assertTakenOver(ServerProcess server, String id) {
    var command = server.client().command(id);
    assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("running");
    assertThat(command.path("adoptions").asInt()).as(command.toString()).isPositive();
  }

  private static void assertEndedByOneOf(List<ServerProcess> heirs, ServerProcess hung, String id) {
    await("told by who ended it: " + id)
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> heirs.stream().filter(it -> it.hasLogged(id, "command finished")).count() == 1);
    assertThat(hung.hasLogged(id, "command finished")).as(id).isFalse();
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

  private void assertLongRanOnce(ServerProcess server) {
    var lines = lines(server.workspace(LONG));
    assertThat(lines.stream().filter(it -> it[0].equals("begin")).map(it -> it[1]))
        .containsExactlyInAnyOrderElementsOf(outlasting);
    var ends = lines.stream().filter(it -> it[0].equals("end")).toList();
    assertThat(ends).hasSameSizeAs(outlasting);
    for (var end : ends) {
      var command = server.client().command(end[1]);
      assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("failed");
      assertThat(command.path("exit_code").asInt()).as(command.toString()).isEqualTo(LONG_EXIT);
      assertThat(new String(server.client().output(end[1], "stdout"), UTF_8).lines())
          .as("each line once and in order")
          .containsExactlyElementsOf(
              IntStream.rangeClosed(1, Integer.parseInt(end[3]))
                  .mapToObj(Integer::toString)
                  .toList());
    }
  }

  /// Who hung, and came back when others had taken over, wrote nothing.
  private void assertOneEndEach(TestPostgres postgres, String database) {
    var all = accepted.size() + outlasting.size();
    var ended = "FROM project_events WHERE status IN ('completed', 'failed', 'cancelled')";
    assertThat(postgres.number(database, "SELECT count(*) " + ended)).isEqualTo(all);
    assertThat(postgres.number(database, "SELECT count(DISTINCT command_id) " + ended))
        .isEqualTo(all);
    assertThat(
            postgres.number(
                database, "SELECT count(*) FROM audit_log WHERE action = 'command.finished'"))
        .isEqualTo(all);
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
