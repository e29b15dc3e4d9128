package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.Reader;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A clean stop leaves what runs to others at once.
final class HandOverTest {
  private static final Duration END_WITHIN = Duration.ofSeconds(60);

  @Test
  void anotherServerGoesOnAtOnce() {
    var settings = ServerProcess.named("handover").database(TestPostgres.shared());
    try (var owner = settings.start();
        var other = settings.twin().start()) {
      var counting = Counting.to(200_000);
      var id = owner.client().shell(counting.script("0.06"));
      var reader = Reader.follow(id, owner.client(), other.client());
      reader.awaitOutputs(20_000);
      assertThat(owner.log()).contains("command started");

      var before = System.nanoTime();
      var status = owner.stop();
      await("taken over")
          .atMost(Duration.ofSeconds(10))
          .pollInterval(Duration.ofMillis(50))
          .until(() -> other.client().command(id).path("adoptions").asInt() == 1);

      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(8));
      assertThat(status).as("exit status of a clean stop").isIn(0, 143);
      reader.awaitEnd(END_WITHIN).assertExact(other.client(), id);
      counting.assertRanOnce(other, id);
    }
  }

  @Test
  void aStartGoesOnWithWhatACleanStopLeft() {
    try (var server = ServerProcess.named("stopstart").database(TestPostgres.shared()).start()) {
      var counting = Counting.to(100_000);
      var id = server.client().shell(counting.script("0.06"));
      var reader = Reader.follow(id, server.client());
      reader.awaitOutputs(20_000);

      server.stop();
      server.restart();

      reader.awaitEnd(END_WITHIN).assertExact(server.client(), id);
      counting.assertRanOnce(server, id);
    }
  }
}
