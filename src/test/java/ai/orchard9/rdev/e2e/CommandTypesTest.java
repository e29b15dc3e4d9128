package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Git and the Claude CLI are started with what the request says and nothing that it could smuggle.
final class CommandTypesTest {
  private static final Map<String, String> AUTHOR =
      Map.of(
          "GIT_AUTHOR_NAME", "A",
          "GIT_AUTHOR_EMAIL", "a@example.org",
          "GIT_COMMITTER_NAME", "C",
          "GIT_COMMITTER_EMAIL", "c@example.org");

  private final ApiClient client = SharedServer.get().client();

  @Test
  void gitCommitsAndRunsNoHook() {
    var folder = "repository" + System.nanoTime();
    client.run(
        "git init -q %s && cd %s && echo one >file".formatted(folder, folder)
            + " && printf '#!/bin/sh\\ntouch hooked' >.git/hooks/pre-commit"
            + " && chmod +x .git/hooks/pre-commit");

    assertCompleted(git(folder, Map.of(), "add", "file"));
    assertCompleted(git(folder, AUTHOR, "commit", "-m", "It's \"first\"; $(touch smuggled)"));
    var log = assertCompleted(git(folder, Map.of(), "log", "--oneline"));
    var status = assertCompleted(git(folder, Map.of(), "status", "--short"));

    assertThat(output(log)).endsWith(" It's \"first\"; $(touch smuggled)\n").hasLineCount(1);
    assertThat(output(status)).as("neither hook nor substitution ran").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"clone", "-c", "--exec-path=/tmp", "--git-dir=/tmp"})
  void gitRefusesWhatIsNotOnItsList(String argument) {
    var answer = client.post("/projects/demo/git", Map.of("args", List.of(argument, "x")));

    assertThat(answer.status()).as(answer.text()).isBetween(400, 403);
    assertThat(answer.errorCode()).isNotEmpty();
  }

  @Test
  void claudeReadsItsPromptAndThenItsInput() {
    var prompt = "--version\nit's a \"prompt\" " + "x".repeat(200_000);
    var request =
        Map.of(
            "prompt",
            prompt,
            "stdin",
            "and input",
            "session_id",
            "s-1",
            "allowed_tools",
            List.of("Read"));

    var command = assertCompleted(submit("claude", request));

    var printed = output(command).split("\n", 2);
    assertThat(printed[0])
        .startsWith("[--print][--output-format][stream-json]")
        .contains("[--resume][s-1]")
        .contains("[--allowed-tools][Read]")
        .doesNotContain("prompt");
    assertThat(printed[1]).isEqualTo(prompt + "\n\nand input");
  }

  private JsonNode git(String workdir, Map<String, String> environment, String... args) {
    return submit("git", Map.of("args", List.of(args), "workdir", workdir, "env", environment));
  }

  private JsonNode submit(String type, Map<String, ?> request) {
    var answer = client.post("/projects/demo/" + type, request);
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return client.awaitEnd(answer.data().path("id").asText(), Duration.ofSeconds(30));
  }

  private static JsonNode assertCompleted(JsonNode command) {
    assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("completed");
    return command;
  }

  private String output(JsonNode command) {
    return new String(client.output(command.path("id").asText()), UTF_8);
  }
}
