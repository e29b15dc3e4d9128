package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.Reader;
import ai.orchard9.rdev.testing.Repetitions;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A server that hangs longer than its lease has lost what it held, and does not know it yet.
final class PauseTest {
  private static final Duration END_WITHIN = Duration.ofSeconds(90);

  @Test
  void aServerThatHungInTheMiddleWritesNothingMore() {
    var settings = ServerProcess.named("paused").database(TestPostgres.shared());
    try (var owner = settings.start();
        var other = settings.twin().start()) {
      var counting = Counting.to(200_000);
      var id = owner.client().shell(counting.script("0.25"));
      var reader = Reader.follow(id, other.client());
      reader.awaitOutputs(10_000);
      var log = owner.log();
      assertThat(log).as("claimed by the one to be paused").contains("command started");

      owner.pause();
      var paused = System.nanoTime();
      await("adoption")
          .atMost(Duration.ofSeconds(15))
          .until(() -> other.client().command(id).path("adoptions").asInt() == 1);
      await("longer than a lease")
          .atMost(Duration.ofSeconds(40))
          .until(
              () ->
                  System.nanoTime() - paused
                      >= Duration.ofSeconds(Repetitions.of(14, 30)).toNanos());
      owner.resume();

      reader.awaitEnd(END_WITHIN).assertExact(other.client(), id);
      counting.assertRanOnce(other, id);
      var command = other.client().command(id);
      assertThat(command.path("adoptions").asInt()).isEqualTo(1);
      assertThat(command.path("attempt").asInt()).isEqualTo(1);
      await("the server is back").atMost(Duration.ofSeconds(20)).until(owner::isReady);
      assertThat(owner.client().run("echo awake").path("status").asText()).isEqualTo("completed");
      assertThat(other.client().command(id)).isEqualTo(command);
    }
  }
}
