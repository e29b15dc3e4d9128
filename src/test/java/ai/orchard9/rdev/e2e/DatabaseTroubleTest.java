package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Reader;
import ai.orchard9.rdev.testing.Repetitions;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.ServerSettings;
import ai.orchard9.rdev.testing.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Trouble with PostgreSQL under running commands: nothing is lost, and callers are told, not left
/// hanging. Two servers share it, so that both may want to take over when it is back.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DatabaseTroubleTest {
  private static final Duration END_WITHIN = Duration.ofSeconds(90);
  private static final Duration TOLD_WITHIN = Duration.ofSeconds(5);
  private static final Duration BETWEEN_KILLS = Duration.ofMillis(300);

  private final TestPostgres postgres = TestPostgres.create("troubled");
  private final ServerSettings settings = ServerProcess.named("trouble").database(postgres);
  private ServerProcess server = settings.build();
  private ServerProcess other = server;

  @BeforeAll
  void start() {
    server = settings.start();
    other = settings.twin().start();
  }

  @AfterAll
  void stop() {
    server.close();
    other.close();
    postgres.close();
  }

  /// The reduced run has the one that loses the most.
  static List<String> signals() {
    return Repetitions.full() ? List.of("INT", "QUIT") : List.of("QUIT");
  }

  @ParameterizedTest
  @MethodSource("signals")
  void nothingIsLostWhilePostgresIsDown(String signal) {
    // An outage as long as a short one, and one that outlasts every lease.
    var outage = Duration.ofSeconds("INT".equals(signal) ? 10 : 13);
    survives(
        outage,
        () -> {
          postgres.stop(signal);
          var since = System.nanoTime();
          assertCallersAreTold();
          awaitSince(since, outage);
          postgres.start();
        });
  }

  @Test
  void nothingIsLostWhilePostgresHangs() {
    var outage = Duration.ofSeconds(Repetitions.of(13, 30));
    survives(
        outage,
        () -> {
          postgres.pause();
          var since = System.nanoTime();
          assertCallersAreTold();
          awaitSince(since, outage);
          postgres.resume();
        });
  }

  @Test
  void nothingIsLostWhenConnectionsAreKilled() {
    survives(
        BETWEEN_KILLS.multipliedBy(5),
        () -> {
          for (int i = 0; i < 5; i++) {
            var since = System.nanoTime();
            assertThat(postgres.terminateBackends()).isPositive();
            awaitSince(since, BETWEEN_KILLS);
          }
        });
  }

  /// One command outlasts the trouble, another ends in its midst.
  private void survives(Duration outage, Runnable trouble) {
    // Two thousand lines each quarter of a second; some are read before, some are left for after.
    var counting = Counting.to(8_000 * Math.toIntExact(outage.toSeconds() + 5));
    var quick = Counting.to(40_000);
    var id = server.client().shell(counting.script("0.25"));
    var soonOver = server.client().shell(quick.script("0.1"));
    var reader = Reader.follow(id, server.client(), other.client());
    reader.awaitOutputs(8_000);

    trouble.run();

    reader.awaitEnd(END_WITHIN).assertExact(server.client(), id);
    counting.assertRanOnce(server, id);
    server.client().awaitEnd(soonOver, END_WITHIN);
    quick.assertRanOnce(server, soonOver);
    assertThat(server.client().command(id).path("attempt").asInt()).isEqualTo(1);
    await("ready again").atMost(Duration.ofSeconds(10)).until(server::isReady);
    assertThat(server.client().run("echo again").path("status").asText()).isEqualTo("completed");
  }

  private void assertCallersAreTold() {
    var client = server.client();
    for (int i = 0; i < 2; i++) {
      told(() -> client.post("/projects/demo/shell", Map.of("command", "echo no")));
      told(() -> client.get("/commands"));
      told(() -> client.get("/commands/cmd-0000"));
      told(() -> client.get("/commands/cmd-0000/events"));
    }
    var ready = client.get("/ready");
    assertThat(ready.status()).isEqualTo(503);
    assertThat(ready.text()).contains("database");
    assertThat(client.get("/health").status()).isEqualTo(200);
    assertThat(client.get("/projects").status()).isEqualTo(200);
  }

  private static void told(Supplier<ApiClient.Answer> call) {
    var before = System.nanoTime();
    var answer = call.get();
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(TOLD_WITHIN);
    assertThat(answer.status()).as(answer.text()).isEqualTo(503);
    assertThat(answer.errorCode()).isEqualTo("SERVICE_UNAVAILABLE");
    assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
  }

  private static void awaitSince(long since, Duration time) {
    await("the outage lasts")
        .atMost(time.plusSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> System.nanoTime() - since >= time.toNanos());
  }
}
