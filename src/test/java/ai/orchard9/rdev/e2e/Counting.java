package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.History;
import ai.orchard9.rdev.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// A command that notes each of its starts in a file, prints numbers slowly and ends with 3:
/// whatever happens to servers, afterwards it is plain whether it ran once and whether all of it
/// was told.
///
/// @param mark name of its note
/// @param last the last number that it prints
record Counting(String mark, int last) {
  static final int EXIT = 3;
  private static final int BURST = 2000;

  static Counting to(int last) {
    return new Counting(
        "starts-" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36), last);
  }

  /// Prints bursts of two thousand numbers, with a break of the given length after each.
  String script(String pause) {
    return counting("sleep " + pause);
  }

  /// The same, but its last burst comes only when it may end.
  String scriptHeldBack(String pause) {
    return counting(
        "{ sleep %s; [ $i -lt %d ] || until [ -e %s.end ]; do sleep 0.1; done; }"
            .formatted(pause, last - BURST, mark));
  }

  private String counting(String atEachBreak) {
    return """
    echo $$ >>%s
    i=0
    while [ $i -lt %d ]; do
      i=$((i+1)); echo $i
      [ $((i %% %d)) -ne 0 ] || %s
    done
    exit %d
    """
        .formatted(mark, last, BURST, atEachBreak, EXIT);
  }

  /// Lets one that is held back end.
  void mayEnd(ServerProcess server) {
    try {
      Files.createFile(server.workspace(ApiClient.DEMO).resolve(mark + ".end"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// How often it was started.
  int starts(ServerProcess server) {
    return lines(server.workspace(ApiClient.DEMO).resolve(mark)).size();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] output() {
    var text = new StringBuilder();
    for (int i = 1; i <= last; i++) {
      text.append(i).append('\n');
    }
    return text.toString().getBytes(UTF_8);
  }

  /// Fails unless it ran exactly once to its end and everything of it is recorded.
  void assertRanOnce(ServerProcess server, String id) {
    var client = server.client();
    var command = client.command(id);
    assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("failed");
    assertThat(command.path("exit_code").asInt(-1)).as(command.toString()).isEqualTo(EXIT);
    assertThat(starts(server)).as("starts").isEqualTo(1);
    var recorded = client.output(id, "stdout");
    assertThat(recorded.length).isEqualTo(output().length);
    assertThat(History.sha256(recorded)).isEqualTo(History.sha256(output()));
    assertThat(command.path("stdout_sha256").asText()).isEqualTo(History.sha256(output()));
    var fresh = new History();
    try (var events = client.events(id)) {
      fresh.follow(events);
    }
    fresh.assertExact(client, id);
    assertThat(fresh.outputs()).isEqualTo(last);
  }
}
