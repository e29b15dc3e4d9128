package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.Reader;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a user does with a project, against whatever cluster there is: run, follow, lose a server
/// in the middle, cancel. Leaves nothing behind in the pods but the spool's empty root, and minds
/// nobody else's commands there.
final class ClusterJourney {
  private static final int LINES = 20_000;
  private static final Duration END_WITHIN = Duration.ofMinutes(2);

  private ClusterJourney() {}

  /// Goes through every project that runs.
  ///
  /// @param environment what a server needs to find them
  /// @return their ids
  static List<String> run(Map<String, String> environment) {
    var settings =
        ServerProcess.named("journey", new Backend.Existing(environment))
            .database(TestPostgres.shared());
    try (var server = settings.start()) {
      var projects = running(server.client());
      for (var project : projects) {
        var ids =
            List.of(
                runs(server.client(), project),
                survives(server, project),
                ends(server.client(), project));
        leavesNothing(server.client(), project, ids);
      }
      // Killed, it might leave the last command's spool.
      server.stop();
      return projects;
    }
  }

  private static List<String> running(ApiClient client) {
    var ids = new ArrayList<String>();
    for (var project : client.get("/projects?limit=200").data()) {
      if (project.path("status").asText().equals("running")) {
        ids.add(project.path("id").asText());
      }
    }
    return ids;
  }

  private static String runs(ApiClient client, String project) {
    var id = submit(client, project, "echo out; echo err >&2; exit 3");
    var command = client.awaitEnd(id, END_WITHIN);
    assertThat(command.path("exit_code").asInt(-1)).as(command.toString()).isEqualTo(3);
    assertThat(client.output(id, "stdout")).asString(UTF_8).isEqualTo("out\n");
    assertThat(client.output(id, "stderr")).asString(UTF_8).isEqualTo("err\n");
    return id;
  }

  private static String survives(ServerProcess server, String project) {
    var script =
        "i=0; while [ $i -lt %d ]; do i=$((i+1)); echo $i; [ $((i %% 1000)) -ne 0 ] || sleep 0.2; done"
            .formatted(LINES);
    var id = submit(server.client(), project, script);
    var reader = Reader.follow(id, server.client());
    reader.awaitOutputs(LINES / 4);

    server.kill9();
    server.restart();

    reader.awaitEnd(END_WITHIN).assertExact(server.client(), id);
    var command = server.client().command(id);
    assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("completed");
    assertThat(server.client().output(id, "stdout")).asString(UTF_8).endsWith("\n" + LINES + "\n");
    return id;
  }

  private static String ends(ApiClient client, String project) {
    var id = submit(client, project, "echo begun; setsid sleep 300 & sleep 300");
    Reader.follow(id, client).awaitOutputs(1);
    assertThat(client.post("/commands/" + id + "/cancel", Map.of("grace_seconds", 1)).status())
        .isEqualTo(202);
    JsonNode command = client.awaitEnd(id, END_WITHIN);
    assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("cancelled");
    assertThat(command.at("/kill/survivors")).as(command.toString()).isEmpty();
    return id;
  }

  /// Neither spools nor processes; only the command that looks finds itself.
  private static void leavesNothing(ApiClient client, String project, List<String> ids) {
    var script =
        "ls -d /tmp/.rdev/cmd-* /dev/shm/.rdev/cmd-*; cat /proc/[0-9]*/environ | tr '\\0' '\\n'";
    var id = submit(client, project, "{ " + script + "; } 2>/dev/null | grep cmd-");
    client.awaitEnd(id, END_WITHIN);
    assertThat(client.output(id, "stdout"))
        .asString(UTF_8)
        .contains("/" + id + ".1\n", "RDEV_COMMAND_ID=" + id + "\n")
        .doesNotContain(ids);
  }

  private static String submit(ApiClient client, String project, String script) {
    var answer = client.post("/projects/" + project + "/shell", Map.of("command", script));
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.data().path("id").asText();
  }
}
