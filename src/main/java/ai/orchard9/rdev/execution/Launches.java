package ai.orchard9.rdev.execution;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.command.Claim;
import ai.orchard9.rdev.command.CommandType;
import ai.orchard9.rdev.execution.spool.Launch;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Turns a command into what the spool starts.
final class Launches {
  /// Always given to git: nothing of the repository's configuration may run a program that the
  /// request did not name (architecture section 8).
  private static final List<String> GIT_SETTINGS =
      List.of(
          "safe.bareRepository=explicit",
          "core.hooksPath=/dev/null",
          "core.fsmonitor=false",
          "core.pager=cat",
          "core.editor=false",
          "sequence.editor=false",
          "core.askPass=",
          "credential.interactive=false",
          "protocol.ext.allow=never",
          "core.sshCommand=ssh -oBatchMode=yes",
          "gpg.program=false",
          "commit.gpgSign=false",
          "tag.gpgSign=false",
          "diff.external=",
          "interactive.diffFilter=",
          "submodule.recurse=false",
          "advice.detachedHead=false");

  private final ExecutionConfig config;

  Launches(ExecutionConfig config) {
    this.config = config;
  }

  Launch launch(Claim claim) {
    var request = claim.command().request();
    return switch (claim.command().type()) {
      case SHELL -> new Launch.Shell(request.path("command").asText());
      case GIT -> new Launch.Exec("git", git(request));
      case CLAUDE -> new Launch.Exec(config.claudeCommand(), claude(request));
    };
  }

  /// What it reads: a claude prompt goes in by stdin, where it has no length limit and cannot be
  /// taken for an option. Input of its own follows it, as the CLI itself does with a pipe.
  byte[] stdin(Claim claim) {
    return switch (claim.command().type()) {
      case SHELL, GIT -> claim.stdin();
      case CLAUDE -> prompt(claim.command().request().path("prompt").asText(), claim.stdin());
    };
  }

  private static byte[] prompt(String prompt, byte[] input) {
    var all = new ByteArrayOutputStream();
    all.writeBytes(prompt.getBytes(UTF_8));
    if (input.length > 0) {
      all.writeBytes("\n\n".getBytes(UTF_8));
      all.writeBytes(input);
    }
    return all.toByteArray();
  }

  Map<String, String> environment(Claim claim) {
    var environment = new LinkedHashMap<>(claim.environment());
    if (claim.command().type() == CommandType.GIT) {
      environment.put("GIT_TERMINAL_PROMPT", "0");
      environment.put("GIT_PAGER", "cat");
      environment.put("GIT_EDITOR", "false");
    }
    return environment;
  }

  private static List<String> git(JsonNode request) {
    var arguments = new ArrayList<String>();
    arguments.add("--no-pager");
    GIT_SETTINGS.forEach(
        it -> {
          arguments.add("-c");
          arguments.add(it);
        });
    request.path("args").forEach(it -> arguments.add(it.asText()));
    return arguments;
  }

  private static List<String> claude(JsonNode request) {
    var arguments =
        new ArrayList<>(List.of("--print", "--output-format", "stream-json", "--verbose"));
    option(arguments, "--resume", request.path("session_id"));
    option(arguments, "--model", request.path("model"));
    option(arguments, "--max-turns", request.path("max_turns"));
    arguments.add("--allowed-tools");
    arguments.add(tools(request.path("allowed_tools")));
    return arguments;
  }

  private static String tools(JsonNode given) {
    if (!given.isArray()) {
      return String.join(",", ExecutionConfig.CLAUDE_TOOLS.stream().sorted().toList());
    }
    var names = new ArrayList<String>();
    given.forEach(it -> names.add(it.asText()));
    return String.join(",", names);
  }

  private static void option(List<String> arguments, String option, JsonNode value) {
    if (value.isValueNode() && !value.isNull()) {
      arguments.add(option);
      arguments.add(value.asText());
    }
  }
}
