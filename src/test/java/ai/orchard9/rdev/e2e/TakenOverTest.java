package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.Processes;
import ai.orchard9.rdev.testing.Reader;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// One crash over commands in every state: whatever each was doing, it comes to its own end.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TakenOverTest {
  private static final Duration END_WITHIN = Duration.ofSeconds(60);

  private final ServerProcess server =
      ServerProcess.named("states")
          .database(TestPostgres.shared())
          .environment("CONCURRENT_COMMANDS", "6")
          .build();
  private final Counting counting = Counting.to(50_000);
  private String ended = "";
  private String silent = "";
  private String silentSince = "";
  private String unfinished = "";
  private String cancelled = "";
  private String late = "";
  private String pending = "";
  private Reader unfinishedReader = Reader.none();
  private Reader cancelledReader = Reader.none();

  @BeforeAll
  void crash() {
    server.launch();
    server.awaitReady();
    var client = server.client();
    ended = client.shell(counting.script("0.02"));
    silent = client.shell("sleep 8; echo late; exit 5");
    silentSince = client.shell("echo early; sleep 8; exit 5");
    unfinished = client.shell("printf half; sleep 8; echo ' and half'; printf end; exit 5");
    cancelled = client.shell("echo up; sleep 300 & setsid sleep 300 & sleep 300");
    late = client.shell(Map.of("command", "echo up; sleep 300", "timeout_seconds", 12));
    pending = client.shell("echo waited; exit 5");
    client.awaitRunning(late);
    unfinishedReader = Reader.follow(unfinished, client);
    cancelledReader = Reader.follow(cancelled, client);
    unfinishedReader.awaitOutputs(1);
    cancelledReader.awaitOutputs(1);

    server.kill9();
    await("a command has ended while no server lived")
        .atMost(Duration.ofSeconds(60))
        .until(() -> counting.starts(server) == 1 && Processes.marked(ended).isEmpty());
    server.restart();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void anEndThatNobodySawIsFound() {
    server.client().awaitEnd(ended, END_WITHIN);

    counting.assertRanOnce(server, ended);
  }

  @Test
  void silenceIsNoEnd() {
    assertEndsWithFive(silent, "late\n");
    assertEndsWithFive(silentSince, "early\n");
  }

  @Test
  void aLineThatWasHalfShownGoesOn() {
    unfinishedReader.awaitEnd(END_WITHIN).assertExact(server.client(), unfinished);
    assertEndsWithFive(unfinished, "half and half\nend");
  }

  @Test
  void whatWaitedStartsLater() {
    assertEndsWithFive(pending, "waited\n");
  }

  @Test
  void cancelStillLeavesNoSurvivor() {
    server.client().post("/commands/" + cancelled + "/cancel", Map.of("grace_seconds", 1));

    var command = server.client().awaitEnd(cancelled, END_WITHIN);
    assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("cancelled");
    assertThat(command.path("kill").path("survivors")).isEmpty();
    assertThat(Processes.marked(cancelled)).isEmpty();
    cancelledReader.awaitEnd(END_WITHIN).assertExact(server.client(), cancelled);
  }

  @Test
  void theTimeoutStillCounts() {
    var command = server.client().awaitEnd(late, END_WITHIN);

    assertThat(command.path("error").path("code").asText())
        .as(command.toString())
        .isEqualTo("TIMEOUT");
    assertThat(Processes.marked(late)).isEmpty();
  }

  private void assertEndsWithFive(String id, String output) {
    var client = server.client();
    var command = client.awaitEnd(id, END_WITHIN);
    assertThat(command.path("exit_code").asInt(-1)).as(command.toString()).isEqualTo(5);
    assertThat(client.output(id)).asString(UTF_8).isEqualTo(output);
  }
}
