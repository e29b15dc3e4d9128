package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.Reader;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.SkewedServer;
import ai.orchard9.rdev.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Servers whose clocks are moved while commands run: what they show is odd, what they do is not.
final class ClockTest {
  private static final Duration END_WITHIN = Duration.ofSeconds(60);

  @Test
  void movedClocksChangeNothingThatRuns() throws Exception {
    var settings =
        ServerProcess.named("clock").database(TestPostgres.shared()).main(SkewedServer.class);
    var first = settings.home().resolve("first-clock");
    var second = settings.home().resolve("second-clock");
    try (var one = settings.option("-Drdev.clock=" + first).start();
        var two = settings.twin().option("-Drdev.clock=" + second).start()) {
      var client = one.client();
      // Longer than a lease.
      var counting = Counting.to(100_000);
      var id = client.shell(Map.of("command", counting.script("0.25"), "timeout_seconds", 600));
      var reader = Reader.follow(id, client, two.client());
      reader.awaitOutputs(1);

      move(first, "P2D");
      move(second, "-P2D");

      for (var server : new ServerProcess[] {one, two}) {
        var next = server.client().run(Map.of("command", "echo now", "start_within_seconds", 60));
        assertThat(next.path("status").asText()).as(next.toString()).isEqualTo("completed");
      }
      reader.awaitEnd(END_WITHIN).assertExact(client, id);
      counting.assertRanOnce(two, id);
      assertThat(client.command(id).path("adoptions").asInt()).isZero();
      assertThat(Instant.parse(client.get("/projects").json().at("/meta/timestamp").asText()))
          .as("the clock was moved")
          .isAfter(Instant.now().plus(Duration.ofDays(1)));
    }
  }

  @Test
  void aDeadServerWhoseClockWasAheadIsReplacedInTime() throws Exception {
    var settings =
        ServerProcess.named("ahead").database(TestPostgres.shared()).main(SkewedServer.class);
    var first = settings.home().resolve("first-clock");
    move(first, "P365D");
    try (var one = settings.option("-Drdev.clock=" + first).start();
        var two = settings.twin().option("-Drdev.clock=/none").build()) {
      var counting = Counting.to(100_000);
      var id = one.client().shell(counting.script("0.25"));
      Reader.follow(id, one.client()).awaitOutputs(1);
      two.launch();
      two.awaitReady();

      one.kill9();

      await("adoption")
          .atMost(Duration.ofSeconds(15))
          .until(() -> two.client().command(id).path("adoptions").asInt() == 1);
      two.client().awaitEnd(id, END_WITHIN);
      counting.assertRanOnce(two, id);
    }
  }

  private static void move(Path clock, String ahead) throws IOException {
    Files.writeString(clock, ahead);
  }
}
