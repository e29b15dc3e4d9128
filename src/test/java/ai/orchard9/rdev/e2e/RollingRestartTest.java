package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.Reader;
import ai.orchard9.rdev.testing.Repetitions;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// A new version is rolled out while commands run in pods: two servers stop and start, one after
/// the other.
final class RollingRestartTest {
  private static final int COMMANDS = Repetitions.of(15, 50);
  private static final Duration HANDED_OVER_WITHIN = Duration.ofSeconds(2);
  private static final Duration END_WITHIN = Duration.ofMinutes(3);

  @Test
  void losesNothing() {
    var settings =
        ServerProcess.named("rolling", new Backend.Cluster())
            .database(TestPostgres.shared())
            .environment("CONCURRENT_COMMANDS", Integer.toString(COMMANDS));
    try (var one = settings.start();
        var two = settings.twin().start()) {
      var commands = new LinkedHashMap<String, Counting>();
      var readers = new ArrayList<Reader>();
      for (int i = 0; i < COMMANDS; i++) {
        var counting = Counting.to(20_000);
        var id = one.client().shell(counting.scriptHeldBack("2"));
        commands.put(id, counting);
        readers.add(Reader.follow(id, one.client(), two.client()));
      }
      readers.forEach(it -> it.awaitOutputs(1));

      restart(one, two, commands.keySet().stream().filter(one::hasStarted).toList());
      // By now all of them are its own, whoever started them.
      restart(two, one, List.copyOf(commands.keySet()));
      commands.values().forEach(it -> it.mayEnd(one));

      var reader = readers.iterator();
      commands.forEach(
          (id, counting) -> {
            reader.next().awaitEnd(END_WITHIN).assertExact(two.client(), id);
            counting.assertRanOnce(two, id);
          });
    }
  }

  /// Every command that the stopping server had is somebody's again soon after it was told to stop.
  private static void restart(ServerProcess stopping, ServerProcess other, List<String> mine) {
    assertThat(mine).isNotEmpty();
    var before = adoptions(other, mine);
    var told = Instant.now();
    stopping.terminate();
    await("hand-over")
        .atMost(Duration.ofSeconds(20))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () ->
                mine.stream()
                    .map(it -> other.client().command(it))
                    .allMatch(
                        it ->
                            it.path("adoptions").asInt()
                                > before.getOrDefault(it.path("id").asText(), 0)));
    // By the log: asking for fifty commands takes its time while all of them are taken over.
    assertThat(Duration.between(told, other.lastLogged("command adopted")))
        .isLessThan(HANDED_OVER_WITHIN);
    stopping.awaitDeath(Duration.ofSeconds(40));
    stopping.restart();
  }

  private static Map<String, Integer> adoptions(ServerProcess server, List<String> ids) {
    return ids.stream()
        .collect(
            Collectors.toMap(
                it -> it, it -> server.client().command(it).path("adoptions").asInt()));
  }
}
