package ai.orchard9.rdev.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.SseClient;
import java.util.Map;

/// `echo x`, answered with events.
///
/// @param line nanoseconds from the request to its line
/// @param complete nanoseconds from the request to its end
record EchoCommand(long line, long complete) {
  private static final String SHELL = "/projects/" + ApiClient.DEMO + "/shell";

  static EchoCommand run(ServerProcess server) {
    var before = System.nanoTime();
    var line = 0L;
    var complete = 0L;
    try (var events =
        SseClient.post(server.uri(), ServerProcess.KEY, SHELL, Map.of("command", "echo x"))) {
      for (var event = events.next(); event.isPresent(); event = events.next()) {
        switch (event.get().name()) {
          case "output" -> line = System.nanoTime() - before;
          case "complete" -> complete = System.nanoTime() - before;
          default -> {}
        }
      }
    }
    assertThat(line).isPositive();
    assertThat(complete).isGreaterThan(line);
    return new EchoCommand(line, complete);
  }
}
