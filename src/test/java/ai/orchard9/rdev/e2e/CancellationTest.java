package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Processes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/// Cancel, timeout and output limit: an answer in time, no survivor, and a receipt that says so.
final class CancellationTest {
  private final ApiClient client = SharedServer.get().client();

  /// A duration that nobody else sleeps, so that its sleepers can be counted.
  private final String nap = "300." + ThreadLocalRandom.current().nextInt(100_000_000, 999_999_999);

  @Test
  void leavesNoSurvivor() {
    var id =
        client.shell(
            "setsid sleep %1$s & env -i setsid sleep %1$s & (sleep %1$s &) ; echo up; sleep %1$s"
                .formatted(nap));
    awaitOutput(id, "up\n");
    await().atMost(Duration.ofSeconds(5)).until(() -> sleepers().size() == 4);

    var before = System.nanoTime();
    var answer = client.post("/commands/" + id + "/cancel", Map.of());
    assertThat(answer.status()).isEqualTo(202);
    var command = client.awaitEnd(id, Duration.ofSeconds(10));

    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
    assertThat(sleepers()).isEmpty();
    assertThat(Processes.marked(id)).isEmpty();
    assertThat(command.path("status").asText()).isEqualTo("cancelled");
    var kill = command.path("kill");
    assertThat(kill.path("reason").asText()).isEqualTo("cancel");
    assertThat(kill.path("signals").path(0).asText()).isEqualTo("TERM");
    assertThat(kill.path("killed").asInt()).as(kill.toString()).isGreaterThanOrEqualTo(4);
    assertThat(kill.path("survivors").isArray()).isTrue();
    assertThat(kill.path("survivors")).isEmpty();
    assertThat(client.output(id)).asString(UTF_8).isEqualTo("up\n");
  }

  @Test
  void killsWhatIgnoresTermAfterTheGrace() {
    var id = client.shell("trap '' TERM; echo up; while :; do sleep " + nap + "; done");
    awaitOutput(id, "up\n");

    var before = System.nanoTime();
    client.post("/commands/" + id + "/cancel", Map.of("grace_seconds", 1));
    var command = client.awaitEnd(id, Duration.ofSeconds(10));

    assertThat(Duration.ofNanos(System.nanoTime() - before))
        .isBetween(Duration.ofMillis(900), Duration.ofMillis(2500));
    assertThat(command.path("status").asText()).isEqualTo("cancelled");
    assertThat(command.path("kill").path("signals").toString()).isEqualTo("[\"TERM\",\"KILL\"]");
    assertThat(sleepers()).isEmpty();
    assertThat(Processes.marked(id)).isEmpty();
  }

  @Test
  void letsACommandEndProperlyWithinTheGrace() {
    var id = client.shell("trap 'echo tidied; exit 0' TERM; echo up; while :; do sleep 0.05; done");
    awaitOutput(id, "up\n");

    client.post("/commands/" + id + "/cancel", Map.of("grace_seconds", 10));
    var command = client.awaitEnd(id, Duration.ofSeconds(10));

    assertThat(command.path("status").asText()).isEqualTo("cancelled");
    assertThat(command.path("kill").path("signals").toString()).isEqualTo("[\"TERM\"]");
    assertThat(client.output(id, "stdout")).asString(UTF_8).isEqualTo("up\ntidied\n");
  }

  @Test
  void answersATimeoutInTimeWhateverHoldsThePipe() {
    var before = System.nanoTime();
    var id =
        client.shell(
            Map.of(
                "command",
                "trap '' TERM; (trap '' TERM; setsid sleep %1$s) & echo up; sleep %1$s & sleep %1$s"
                    .formatted(nap),
                "timeout_seconds",
                1));

    var command = client.awaitEnd(id, Duration.ofSeconds(15));

    assertThat(Duration.ofNanos(System.nanoTime() - before))
        .isBetween(Duration.ofSeconds(1), Duration.ofMillis(7_200));
    assertThat(command.path("status").asText()).isEqualTo("failed");
    assertThat(command.path("error").path("code").asText()).isEqualTo("TIMEOUT");
    assertThat(command.path("kill").path("reason").asText()).isEqualTo("timeout");
    assertThat(client.output(id)).asString(UTF_8).isEqualTo("up\n");
    assertThat(sleepers()).isEmpty();
  }

  @Test
  void stopsACommandAtTheOutputLimit() {
    var limit = 64L << 20;

    var command = client.run("echo $$; exec yes 0123456789");

    var id = command.path("id").asText();
    assertThat(command.path("status").asText()).isEqualTo("failed");
    assertThat(command.path("error").path("code").asText()).isEqualTo("OUTPUT_LIMIT");
    assertThat(command.path("kill").path("reason").asText()).isEqualTo("output_limit");
    assertThat(command.path("exit_code").asInt()).isNotZero();
    assertThat(command.path("stdout_bytes").asLong()).isEqualTo(limit);
    assertThat(client.output(id, "stdout")).hasSize((int) limit);
    assertThat(Processes.marked(id)).isEmpty();
  }

  @Test
  void cancelsWhatIsPendingAtOnce() {
    var blockers = new ArrayList<String>();
    for (int i = 0; i < SharedServer.CONCURRENT_COMMANDS; i++) {
      blockers.add(submit("sleep " + nap));
    }
    blockers.forEach(client::awaitRunning);
    var id = submit("echo ran");
    assertThat(client.command(id).path("status").asText()).isEqualTo("pending");
    assertThat(client.command(id).path("queue_position").asInt()).isEqualTo(1);

    var answer = client.post("/commands/" + id + "/cancel", Map.of());

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.data().path("status").asText()).isEqualTo("cancelled");
    var command = client.command(id);
    assertThat(command.path("started_at").isNull()).isTrue();
    assertThat(command.path("exit_code").isNull()).isTrue();
    blockers.forEach(it -> client.post("/commands/" + it + "/cancel", Map.of("grace_seconds", 0)));
    blockers.forEach(it -> client.awaitEnd(it, Duration.ofSeconds(15)));
    assertThat(sleepers()).isEmpty();
  }

  @Test
  void refusesToCancelWhatHasEnded() {
    var id = client.run("exit 3").path("id").asText();

    var answer = client.postText("/commands/" + id + "/cancel", "");

    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.errorCode()).isEqualTo("CONFLICT");
    assertThat(client.command(id).path("status").asText()).isEqualTo("failed");
    assertThat(client.command(id).path("kill").isNull()).isTrue();
  }

  private String submit(String script) {
    var answer =
        client.post("/projects/" + SharedServer.BUSY + "/shell", Map.of("command", script));
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.data().path("id").asText();
  }

  private Set<Long> sleepers() {
    return Processes.running("sleep " + nap);
  }

  private void awaitOutput(String id, String text) {
    await("output of " + id)
        .atMost(Duration.ofSeconds(10))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> new String(client.output(id), UTF_8).equals(text));
  }
}
