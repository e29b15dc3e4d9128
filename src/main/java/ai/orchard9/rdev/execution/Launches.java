package ai.orchard9.rdev.execution;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.command.model.CommandType;
import ai.orchard9.rdev.command.queue.Claim;
import ai.orchard9.rdev.execution.spool.Launch;
import ai.orchard9.rdev.http.RunBudget;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns a command into what the spool starts.
final class Launches {
  private final ExecutionConfig config;

  Launches(ExecutionConfig config) {
    this.config = config;
  }

  Launch launch(Claim claim) {
    var request = claim.command().request();
    return switch (claim.command().type()) {
      case SHELL -> new Launch.Shell(request.path("command").asText());
      case GIT -> GitLaunch.of(texts(request.path("args")));
      case CLAUDE -> claude(request, claim.budget());
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
    var environment = new LinkedHashMap<String, String>();
    if (claim.command().type() == CommandType.CLAUDE) {
      environment.putAll(config.claude().variables());
    }
    environment.putAll(claim.environment());
    if (claim.command().type() == CommandType.GIT) {
      environment.putAll(GitLaunch.environment());
    }
    return environment;
  }

  private Launch.Exec claude(JsonNode request, RunBudget budget) {
    var command = config.claude().command();
    var arguments = new ArrayList<>(command.subList(1, command.size()));
    arguments.addAll(List.of("--print", "--output-format", "stream-json", "--verbose"));
    option(arguments, "--resume", request.path("session_id"));
    option(arguments, "--model", request.path("model"));
    option(arguments, "--max-turns", budget.maxTurns());
    option(arguments, "--max-budget-usd", plain(budget.maxCostUsd()));
    arguments.add("--allowed-tools");
    arguments.add(tools(request.path("allowed_tools")));
    return new Launch.Exec(command.getFirst(), arguments);
  }

  private String tools(JsonNode given) {
    if (!given.isArray()) {
      return config.claude().tools();
    }
    return String.join(",", texts(given));
  }

  private static List<String> texts(JsonNode given) {
    var texts = new ArrayList<String>();
    given.forEach(it -> texts.add(it.asText()));
    return texts;
  }

  private static @Nullable String plain(@Nullable Double number) {
    return number == null ? null : BigDecimal.valueOf(number).toPlainString();
  }

  private static void option(List<String> arguments, String option, JsonNode value) {
    option(arguments, option, value.isTextual() ? value.asText() : null);
  }

  private static void option(List<String> arguments, String option, @Nullable Object value) {
    if (value != null) {
      arguments.add(option);
      arguments.add(value.toString());
    }
  }
}
