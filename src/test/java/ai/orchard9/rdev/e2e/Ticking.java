package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/// A command that notes its start, prints ten numbers a few times a second until it is told to end,
/// notes how far it came, and ends with 3. It forks nothing: fifty of them leave the machine to the
/// servers.
///
/// @param mark begins the names of its files
record Ticking(String mark) {
  static final int EXIT = 3;

  static Ticking anew() {
    return new Ticking(
        "ticking-" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36));
  }

  String script() {
    return """
    echo started >>%1$s
    mkfifo %1$s.end
    exec 4<>%1$s.end
    i=0
    until read -t 0.4 _ <&4; do
      for _ in 1 2 3 4 5 6 7 8 9 10; do i=$((i+1)); echo $i; done
    done
    echo $i >>%1$s
    exit %2$d
    """
        .formatted(mark, EXIT);
  }

  /// Lets it end.
  void mayEnd(ServerProcess server) {
    try {
      Files.writeString(file(server, ".end"), "end\n", StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(ServerProcess server, String suffix) {
    return server.workspace(ApiClient.DEMO).resolve(mark + suffix);
  }

  /// Fails unless it ran exactly once to its end and everything that it printed is recorded.
  void assertRanOnce(ServerProcess server, String id) {
    var command = server.client().command(id);
    assertThat(command.path("exit_code").asInt(-1)).as(command.toString()).isEqualTo(EXIT);
    var text = new StringBuilder();
    try {
      var notes = Files.readAllLines(file(server, ""));
      assertThat(notes).as("started and ended once").hasSize(2).startsWith("started");
      for (int i = 1; i <= Integer.parseInt(notes.getLast()); i++) {
        text.append(i).append('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(new String(server.client().output(id, "stdout"), UTF_8)).isEqualTo(text.toString());
  }
}
