package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A server wakes while another holds its command and has not come near it yet: it still hears all
/// that the command prints, and its end. Nothing but the token of its claim stands between it and
/// the record.
final class FencingTest {
  private static final int EXIT = 7;
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration END_WITHIN = Duration.ofSeconds(60);

  /// Longer than a lease.
  private static final Duration ADOPTED_WITHIN = Duration.ofSeconds(40);

  private final TestPostgres postgres = TestPostgres.shared();

  @Test
  void itRecordsNothingOfWhatACommandPrints() throws Exception {
    wakes(
        """
        i=0
        until [ -e go ]; do i=$((i + 1)); echo $i; sleep 0.1; done
        echo $i >last
        exit %d
        """
            .formatted(EXIT),
        false);
  }

  @Test
  void itRecordsNoEnd() throws Exception {
    wakes(
        """
        echo 1 | tee last
        until [ -e go ]; do sleep 0.1; done
        exit %d
        """
            .formatted(EXIT),
        true);
  }

  /// @param ended whether the command has ended when the server wakes
  private void wakes(String script, boolean ended) throws Exception {
    var settings = ServerProcess.named("fencing").database(postgres);
    try (var sleeper = settings.start();
        var heir = settings.twin().environment("RDEV_FAILPOINT", "adopted:1:hold").start()) {
      var workspace = sleeper.workspace(ApiClient.DEMO);
      var id = sleeper.client().shell(script);
      awaitOutput(sleeper, id);
      assertThat(sleeper.hasStarted(id)).as("started by the one to be paused").isTrue();

      sleeper.pause();
      await("taken over, and nothing done yet")
          .atMost(ADOPTED_WITHIN)
          .until(() -> heir.log().contains("failpoint reached"));
      heir.pause();
      if (ended) {
        Files.createFile(workspace.resolve("go"));
        await("its end is on its way to whoever listens")
            .atMost(SOON)
            .until(() -> hasRecord(sleeper, id));
      }
      var taken = row(sleeper, id);
      sleeper.resume();
      await("it is told that the command is not its own any more")
          .atMost(SOON)
          .until(
              () ->
                  sleeper.log().contains("command left to its new owner")
                      || sleeper.log().contains("command finished"));

      assertThat(row(sleeper, id)).isEqualTo(taken).contains("running");
      heir.resume();
      if (!ended) {
        Files.createFile(workspace.resolve("go"));
      }
      var command = heir.client().awaitEnd(id, END_WITHIN);
      assertThat(command.path("exit_code").asInt()).isEqualTo(EXIT);
      assertThat(command.path("adoptions").asInt()).isEqualTo(1);
      assertThat(command.path("attempt").asInt()).isEqualTo(1);
      assertThat(new String(heir.client().output(id, "stdout"), UTF_8))
          .isEqualTo(numbers(Files.readString(workspace.resolve("last"))));
      await("ended by the heir").atMost(SOON).until(() -> heir.hasLogged(id, "command finished"));
      assertThat(sleeper.log()).doesNotContain("command finished");
      assertThat(
              postgres.number(
                  sleeper.database(),
                  "SELECT count(*) FROM project_events WHERE status IN ('completed', 'failed')"))
          .isEqualTo(1);
    }
  }

  private static void awaitOutput(ServerProcess server, String id) {
    await("recorded output")
        .atMost(SOON)
        .until(() -> server.client().command(id).path("stdout_bytes").asLong() > 0);
  }

  private static boolean hasRecord(ServerProcess server, String id) throws IOException {
    var record = server.spool().resolve(id + ".1/exit");
    return Files.exists(record) && Files.readString(record).contains(" .\n");
  }

  /// All that the table says of a command.
  private String row(ServerProcess server, String id) throws SQLException {
    try (var connection = postgres.open(server.database());
        var query = connection.prepareStatement("SELECT c::text FROM commands c WHERE id = ?")) {
      query.setString(1, id);
      try (var row = query.executeQuery()) {
        assertThat(row.next()).isTrue();
        return row.getString(1);
      }
    }
  }

  private static String numbers(String last) {
    var numbers = new StringBuilder();
    for (int i = 1; i <= Integer.parseInt(last.strip()); i++) {
      numbers.append(i).append('\n');
    }
    return numbers.toString();
  }
}
