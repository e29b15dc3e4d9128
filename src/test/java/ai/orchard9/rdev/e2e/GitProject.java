package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A repository with a remote, in the shared server's project, and what commands do there.
///
/// @param client of the server
/// @param folder of the repository, from the project's work directory
/// @param workspace the project's work directory
/// @param outside a folder beside it, as everything that is not the project's: the remote, and a
///   file `passwd`
record GitProject(ApiClient client, String folder, Path workspace, Path outside) {
  private static final Map<String, String> PEOPLE =
      Map.of(
          "GIT_AUTHOR_NAME", "A",
          "GIT_AUTHOR_EMAIL", "a@example.org",
          "GIT_COMMITTER_NAME", "C",
          "GIT_COMMITTER_EMAIL", "c@example.org");

  private static final String IDENTITY =
      "export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=C"
          + " GIT_COMMITTER_EMAIL=c@example.org; ";

  static GitProject make() {
    var server = SharedServer.get();
    var folder = "git" + System.nanoTime();
    var project =
        new GitProject(
            server.client(),
            folder,
            server.workspace(ApiClient.DEMO),
            server.home().resolve("outside-" + folder));
    project.shell(
        """
        mkdir -p %s && cd %s && echo SECRET >passwd
        git init -q --bare -b main origin.git
        git clone -q origin.git %s 2>&1 && cd %s && git checkout -q -b main
        printf 'one\\ntwo\\n' >file && mkdir src && echo needle >src/main.c
        git add . && git commit -qm first && git push -q -u origin main
        """
            .formatted(project.outside, project.outside, project.work(), project.work()));
    return project;
  }

  /// The repository's work tree.
  Path work() {
    return workspace.resolve(folder);
  }

  /// Lets a shell do something that succeeds.
  void shell(String script) {
    var ended = alone("set -e; " + script);
    assertThat(ended.path("status").asText()).as(output(ended)).isEqualTo("completed");
  }

  /// Lets a shell do something, whatever comes of it: its git is not the service's.
  JsonNode alone(String script) {
    return client.run(IDENTITY + script);
  }

  /// What a git command that succeeds says.
  String git(String... args) {
    var ended = run(folder, List.of(args));
    assertThat(ended.path("status").asText())
        .as(List.of(args) + output(ended) + ended)
        .isEqualTo("completed");
    return new String(client.output(ended.path("id").asText(), "stdout"), UTF_8);
  }

  /// What a git command that fails says.
  String failure(String workdir, List<String> args) {
    var ended = run(workdir, args);
    assertThat(ended.path("status").asText()).as(args + output(ended)).isEqualTo("failed");
    assertThat(ended.path("error").path("code").asText())
        .as(args.toString())
        .isEqualTo("EXIT_NONZERO");
    return output(ended);
  }

  /// A git command that has ended.
  JsonNode run(String workdir, List<String> args) {
    var body = Map.of("args", args, "workdir", workdir, "env", PEOPLE);
    var answer = client.post("/projects/demo/git", body);
    assertThat(answer.status()).as(args + answer.text()).isEqualTo(202);
    return client.awaitEnd(answer.data().path("id").asText(), Duration.ofSeconds(60));
  }

  /// All that a command said.
  String output(JsonNode command) {
    return new String(client.output(command.path("id").asText()), UTF_8);
  }
}
