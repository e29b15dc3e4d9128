package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.Playground;
import ai.orchard9.rdev.testing.Processes;
import ai.orchard9.rdev.testing.Reader;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.ServerSettings;
import ai.orchard9.rdev.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Trouble with the disk beside a command ends in a clear failure, never in a success made up.
final class SpoolTroubleTest {

  @Test
  void aFullDiskIsALoss() throws Exception {
    var settings = ServerProcess.named("full").database(TestPostgres.shared());
    giveLittleRoom(settings);
    try (var server = settings.start()) {
      var client = server.client();
      assertThat(client.run("echo small").path("status").asText()).isEqualTo("completed");

      var command = client.run("head -c 20000000 /dev/zero | tr '\\0' x; echo end; exit 0");

      assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("failed");
      assertThat(command.path("error").path("code").asText()).isEqualTo("OUTPUT_LOST");
      var next = client.run("echo small again");
      assertThat(next.path("status").asText()).as(next.toString()).isEqualTo("completed");
    }
  }

  /// Puts the spool on a disk of 3 MB.
  private static void giveLittleRoom(ServerSettings settings) throws Exception {
    switch (settings.backend()) {
      case Backend.Local local -> {
        assumeThat(canMount()).as("user namespaces with mounts").isTrue();
        Files.createDirectories(local.spool());
        var mount = "mount -t tmpfs -o size=3m tmpfs " + local.spool() + " && exec \"$@\"";
        settings.inside("unshare", "-U", "-r", "-m", "sh", "-c", mount, "sh");
      }
      case Backend.Cluster cluster ->
          assertThat(cluster.demo().run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", "/tmp"))
              .isEmpty();
      case Backend.Existing _ -> throw new UnsupportedOperationException("not ours to fill");
    }
  }

  private static boolean canMount() throws IOException, InterruptedException {
    var probe =
        new ProcessBuilder(
                "unshare",
                "-U",
                "-r",
                "-m",
                "mount",
                "-t",
                "tmpfs",
                "tmpfs",
                Playground.folder("mount").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return probe.waitFor(10, TimeUnit.SECONDS) && probe.exitValue() == 0;
  }

  @Test
  void aDeletedSpoolIsNoSuccess() {
    try (var server = ServerProcess.named("deleted").database(TestPostgres.shared()).start()) {
      var client = server.client();
      var id = client.shell("echo first; sleep 3; echo second; exit 0");
      Reader.follow(id, client).awaitOutputs(1);

      Playground.delete(server.spool().resolve(id + ".1"));

      assertEndsClearly(client, id);
    }
  }

  @Test
  void aSpoolDeletedBetweenTwoServersIsUnknown() {
    try (var server = ServerProcess.named("gone").database(TestPostgres.shared()).start()) {
      var id = server.client().shell("echo first; sleep 300");
      Reader.follow(id, server.client()).awaitOutputs(1);

      server.kill9();
      Playground.delete(server.spool());
      server.restart();

      var command = server.client().awaitEnd(id, Duration.ofSeconds(60));
      assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("failed");
      assertThat(command.path("error").path("code").asText()).isEqualTo("OUTCOME_UNKNOWN");
      assertThat(command.path("exit_code").isNull()).isTrue();
      Processes.marked(id).forEach(pid -> Processes.signal("KILL", pid));
    }
  }

  /// The supervisor may still have told the true end through what it held open; then everything of
  /// it is there. Else the end is unknown.
  private static void assertEndsClearly(ApiClient client, String id) {
    var command = client.awaitEnd(id, Duration.ofSeconds(60));
    if (command.path("status").asText().equals("completed")) {
      assertThat(new String(client.output(id), UTF_8)).isEqualTo("first\nsecond\n");
    } else {
      assertThat(command.path("error").path("code").asText())
          .as(command.toString())
          .isIn("OUTPUT_LOST", "OUTCOME_UNKNOWN");
    }
  }

  @Test
  void aSupervisorThatWasKilledLeavesTheEndUnknown() {
    try (var server = ServerProcess.named("unsupervised").database(TestPostgres.shared()).start()) {
      var client = server.client();
      var id = client.shell("echo first; sleep 300");
      Reader.follow(id, client).awaitOutputs(1);

      var spool = server.spool().resolve(id + ".1");
      Processes.touching(spool).stream()
          .filter(pid -> !Processes.marked(id).contains(pid) && pid != server.pid())
          .forEach(pid -> Processes.signal("KILL", pid));

      var command = client.awaitEnd(id, Duration.ofSeconds(60));
      assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("failed");
      assertThat(command.path("error").path("code").asText()).isEqualTo("OUTCOME_UNKNOWN");
      assertThat(command.path("exit_code").isNull()).isTrue();
      Processes.marked(id).forEach(pid -> Processes.signal("KILL", pid));
    }
  }
}
