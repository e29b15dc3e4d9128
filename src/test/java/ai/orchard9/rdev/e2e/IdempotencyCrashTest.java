package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ApiClient.Answer;
import ai.orchard9.rdev.testing.Repetitions;
import ai.orchard9.rdev.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who gets no answer sends the request again: it was done once, whenever the server died.
final class IdempotencyCrashTest {
  private static final int CLIENTS = 50;
  private static final int KEYS = 10;
  private static final int MOST_ANSWERS = 30;
  private static final Duration END_WITHIN = Duration.ofSeconds(60);
  private static final String COMMANDS = "SELECT count(*) FROM commands";
  private static final long SEED = System.nanoTime();

  private final Random random = new Random(SEED);
  private final AtomicInteger unanswered = new AtomicInteger();

  @AfterEach
  void reset() {
    SharedPair.reset();
  }

  @Test
  void whatIsSentAgainAfterACrashHasRunOnce() throws IOException {
    var one = SharedPair.one();
    var other = SharedPair.other();
    // What a dead server had claimed keeps its slots until others take it over.
    assertThat(one.admin().run("limits?concurrent_commands=100").status()).isEqualTo(200);
    var rounds = Repetitions.of(2, 30);
    var before = SharedPair.number(COMMANDS);
    var commands = new LinkedHashMap<String, String>();
    for (int i = 0; i < rounds; i++) {
      var victim = i % 2 == 0 ? one : other;
      commands.putAll(round("round" + i + "-", victim, i % 2 == 0 ? other : one));
      victim.restart();
      System.err.println("XXX un " + unanswered);
    }

    for (var command : commands.entrySet()) {
      assertRanOnce(one, command.getKey(), command.getValue());
    }
    assertThat(SharedPair.number(COMMANDS) - before)
        .as("seed " + SEED)
        .isEqualTo((long) rounds * KEYS);
    assertThat(unanswered).as("killed in the middle, seed " + SEED).hasPositiveValue();
  }

  /// The ids of its commands, by key.
  private Map<String, String> round(String prefix, ServerProcess victim, ServerProcess survivor) {
    var enough = random.nextInt(MOST_ANSWERS);
    var answered = new AtomicInteger();
    var ids =
        AtOnce.call(
            CLIENTS,
            i -> {
              var key = prefix + i % KEYS;
              var id = accepted(key, victim.client());
              if (answered.getAndIncrement() == enough) {
                victim.kill9();
              }
              return id.orElseGet(() -> submitAgain(key, survivor.client()));
            });
    var commands = new LinkedHashMap<String, String>();
    for (int i = 0; i < CLIENTS; i++) {
      var id = ids.get(i);
      var first = commands.computeIfAbsent(prefix + i % KEYS, _ -> id);
      assertThat(id).as("seed " + SEED).isEqualTo(first);
    }
    return commands;
  }

  private String submitAgain(String key, ApiClient survivor) {
    unanswered.incrementAndGet();
    return await(key)
        .atMost(END_WITHIN)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> accepted(key, survivor), Optional::isPresent)
        .orElseThrow();
  }

  private static Optional<String> accepted(String key, ApiClient client) {
    var body = Map.of("command", "echo ran | tee -a runs-" + key);
    try {
      return Optional.of(client.post("/projects/demo/shell", body, "Idempotency-Key", key))
          .filter(it -> it.status() == 202)
          .map(Answer::data)
          .map(it -> it.path("id").asText());
    } catch (UncheckedIOException noAnswer) {
      return Optional.empty();
    }
  }

  private static void assertRanOnce(ServerProcess server, String key, String id)
      throws IOException {
    var command = server.client().awaitEnd(id, END_WITHIN);
    assertThat(command.path("status").asText())
        .as("seed %d: %s", SEED, command)
        .isEqualTo("completed");
    assertThat(new String(server.client().output(id), UTF_8)).isEqualTo("ran\n");
    var runs = server.workspace(ApiClient.DEMO).resolve("runs-" + key);
    assertThat(Files.readAllLines(runs)).as("seed " + SEED).isEqualTo(List.of("ran"));
  }
}
