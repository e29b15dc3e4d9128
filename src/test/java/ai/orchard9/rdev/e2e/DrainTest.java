package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.Reader;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.ServerSettings;
import ai.orchard9.rdev.testing.TestPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A server is taken out of service while its process goes on, and nothing is lost.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DrainTest {
  private static final int COMMANDS = 50;
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration END_WITHIN = Duration.ofMinutes(2);

  private final ServerSettings settings =
      ServerProcess.named("drain")
          .database(TestPostgres.shared())
          .environment("CONCURRENT_COMMANDS", Integer.toString(COMMANDS + 2));
  private final ServerProcess one = settings.start();
  private final ServerProcess other = settings.twin().start();

  @AfterAll
  void stop() {
    other.close();
    one.close();
  }

  @AfterEach
  void reset() {
    for (var server : List.of(one, other)) {
      if (server.isAlive()) {
        server.admin().run("drain?action=resume");
      } else {
        server.restart();
      }
    }
    awaitAlive(2);
    for (var left : one.client().get("/commands?limit=200&status=running").data()) {
      one.client().post("/commands/" + left.path("id").asText() + "/cancel", Map.of());
    }
  }

  @Test
  void handsOverWhatRunsAndSendsAwayWhoFollows() {
    var commands = new LinkedHashMap<String, Ticking>();
    var readers = new ArrayList<Reader>();
    for (int i = 0; i < COMMANDS; i++) {
      var ticking = Ticking.anew();
      var id = (i % 2 == 0 ? one : other).client().shell(ticking.script());
      commands.put(id, ticking);
      readers.add(Reader.follow(id, one.client(), other.client()));
      readers.add(Reader.follow(id, other.client(), one.client()));
    }
    readers.forEach(it -> it.awaitOutputs(1));
    var mine = one.admin().run("drain?action=status").lines();
    assertThat(mine.getFirst()).isEqualTo("state=serving");
    var running = number(mine, "commands");
    var streams = number(mine, "streams");
    assertThat(running).isPositive();
    assertThat(streams).isEqualTo(COMMANDS);
    assertThat(one.admin().run("drain?dry_run=true&after=3s").lines())
        .containsExactly(
            "would_drain=true",
            "let_go_after_seconds=3",
            "would_let_go_commands=" + running,
            "would_let_go_streams=" + streams,
            "other_servers=1");
    assertThat(one.isReady()).isTrue();

    var said = one.admin().run("drain?after=1s").lines();

    assertThat(said)
        .containsExactly(
            "draining=true",
            "state=drained",
            "commands=0",
            "streams=0",
            "other_servers=1",
            "let_go_commands=" + running,
            "let_go_streams=" + streams);
    assertThat(one.client().get("/ready").json().path("status").asText()).isEqualTo("draining");
    await("all are the other's").atMost(SOON).until(() -> leases(other), it -> it == COMMANDS);
    assertRefusesStreams(commands.keySet().iterator().next());
    var late = one.client().run("echo late");
    assertThat(late.path("exit_code").asInt(-1)).isZero();
    assertThat(other.hasStarted(late.path("id").asText())).as("on the other").isTrue();
    commands.values().forEach(it -> it.mayEnd(one));
    var reader = readers.iterator();
    commands.forEach(
        (id, ticking) -> {
          reader.next().awaitEnd(END_WITHIN).assertExact(other.client(), id);
          reader.next().awaitEnd(END_WITHIN).assertExact(other.client(), id);
          ticking.assertRanOnce(other, id);
        });
    assertThat(one.admin().run("drain?after=1s").lines().getFirst())
        .isEqualTo("draining_already=true");

    assertThat(one.admin().run("drain?action=resume&dry_run=true").lines().getFirst())
        .isEqualTo("would_resume_from=drained");
    assertThat(one.isReady()).isFalse();
    assertThat(one.admin().run("drain?action=resume").lines()).containsExactly("resumed=true");
    assertThat(one.admin().run("drain?action=resume").lines()).containsExactly("not_drained=true");
    assertThat(one.isReady()).isTrue();
    var again = one.client().shell("echo again; sleep 0.3");
    assertThat(Reader.follow(again, one.client()).awaitEnd(SOON).isComplete()).isTrue();
    assertThat(one.hasStarted(again)).isTrue();
    assertOnRecord();
  }

  private void assertRefusesStreams(String id) {
    try (var stream = one.client().events(id)) {
      assertThat(stream.status()).isEqualTo(503);
      assertThat(stream.header("Retry-After")).isPresent();
    }
  }

  private void assertOnRecord() {
    var rows = one.client().get("/audit?action=task.run&actor=operator&limit=200").data();
    assertThat(rows)
        .filteredOn(it -> it.path("target").asText().equals("drain"))
        .extracting(it -> it.path("detail").toString())
        .contains("{\"after\":\"1s\"}", "{\"action\":\"resume\"}");
  }

  @Test
  void keepsEverythingUntilAnotherServerIsThere() {
    other.kill9();
    awaitAlive(1);
    var ticking = Ticking.anew();
    var id = one.client().shell(ticking.script());
    var reader = Reader.follow(id, one.client(), other.client());
    reader.awaitOutputs(1);

    assertThat(one.admin().run("drain?after=0s&dry_run=true").lines())
        .contains("would_keep_commands=1", "would_keep_streams=1", "other_servers=0");
    assertThat(one.admin().run("drain?after=0s").lines())
        .containsExactly(
            "draining=true",
            "state=keeping",
            "commands=1",
            "streams=1",
            "other_servers=0",
            "kept_because=no other server is there to take them over");
    assertThat(one.isReady()).isFalse();
    var waiting = one.client().shell("echo later");
    try (var stream = one.client().events(id)) {
      assertThat(stream.status()).as("there is no other to go to").isEqualTo(200);
    }

    other.restart();

    await("the other takes over")
        .atMost(SOON)
        .until(() -> other.client().command(id).path("adoptions").asInt() == 1);
    assertThat(other.client().awaitEnd(waiting, SOON).path("exit_code").asInt(-1)).isZero();
    await("nothing is left")
        .atMost(SOON)
        .until(
            () ->
                one.admin().run("drain?action=status").lines().getFirst().equals("state=drained"));
    assertThat(other.admin().run("drain?after=0s").lines())
        .as("the last one that could take anything")
        .contains("state=keeping", "commands=1", "other_servers=0");
    assertThat(leases(other)).isEqualTo(1);
    ticking.mayEnd(one);
    reader.awaitEnd(END_WITHIN).assertExact(other.client(), id);
    ticking.assertRanOnce(other, id);
  }

  @Test
  void comesBackByItself() {
    var said = one.admin().run("drain?after=0s&for=3s").lines();
    assertThat(said).startsWith("draining=true", "state=drained");
    assertThat(said).anyMatch(it -> it.matches("resumes=20\\d\\d-.*Z"));
    assertThat(one.isReady()).isFalse();
    assertThat(draining(other)).containsExactlyInAnyOrder("true", "false");

    await("it is back").atMost(Duration.ofSeconds(6)).until(one::isReady);

    assertThat(one.admin().run("drain?action=status").lines())
        .containsExactly("state=serving", "commands=0", "streams=0", "other_servers=1");
    await("and the other knows")
        .atMost(Duration.ofSeconds(2))
        .until(() -> draining(other).stream().allMatch("false"::equals));
  }

  @Test
  void aServerThatStopsIsGoneAtOnceAndOneThatDiesSoon() {
    assertThat(one.admin().run("servers").lines().getFirst()).isEqualTo("alive=2");

    other.stop();

    assertThat(one.admin().run("servers").lines().getFirst()).isEqualTo("alive=1");
    other.restart();
    awaitAlive(2);
    other.kill9();
    awaitAlive(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "drain?action=stop | error=action: must be drain or status or resume",
        "drain?action= | error=action: must be drain or status or resume",
        "drain?after=soon | error=after: must be a time with its unit, as 30m",
        "drain?after=61s | error=after: must be at most 60s",
        "drain?for=0s | error=for: must be at least 1s",
        "drain?for= | error=for: must be a time with its unit, as 30m",
        "drain?action=resume&for=5s | error=for: goes with no other action",
        "drain?action=status&after=5s | error=after: goes with no other action",
        "drain?force=true | error=force: is no argument of this task",
      })
  void refusesWrongArgumentsByName(String call, String error) {
    one.admin()
        .run(call)
        .assertRefused(
            error, "drain action=drain|status|resume after=<duration> for=<duration> dry_run=true");
    assertThat(one.isReady()).isTrue();
  }

  private void awaitAlive(int count) {
    await(count + " alive")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> one.admin().run("servers").lines().getFirst().equals("alive=" + count));
  }

  private static List<String> draining(ServerProcess asked) {
    return asked.admin().run("servers").lines().stream()
        .filter(it -> it.startsWith("server="))
        .map(it -> it.replaceFirst(".* draining=(\\S+) .*", "$1"))
        .toList();
  }

  private static int leases(ServerProcess server) {
    return server.admin().run("servers").lines().stream()
        .filter(it -> it.endsWith(" asked=true"))
        .mapToInt(it -> Integer.parseInt(it.replaceFirst(".* commands=(\\d+) .*", "$1")))
        .sum();
  }

  private static int number(List<String> lines, String name) {
    return lines.stream()
        .filter(it -> it.startsWith(name + "="))
        .mapToInt(it -> Integer.parseInt(it.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }
}
