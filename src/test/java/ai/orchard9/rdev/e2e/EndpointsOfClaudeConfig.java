package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The part of the table that is about the configuration of Claude.
final class EndpointsOfClaudeConfig {
  private static final String TEMPLATE = "/projects/{id}/claude-config";
  private static final String COMMANDS = "/projects/demo/claude-config/commands";

  static final List<Endpoint> ALL =
      List.of(
          Endpoint.reading(TEMPLATE, _ -> "/projects/demo/claude-config", "projects:read", true),
          Endpoint.reading(TEMPLATE + "/{id}", _ -> COMMANDS, "projects:read", true),
          Endpoint.reading(
              TEMPLATE + "/{id}/{id}", EndpointsOfClaudeConfig::made, "projects:read", true),
          writing("POST", "/{id}", EndpointsOfClaudeConfig::free, 201, "claude_config.written"),
          writing("PUT", "/{id}/{id}", EndpointsOfClaudeConfig::made, 200, "claude_config.written"),
          writing(
              "DELETE", "/{id}/{id}", EndpointsOfClaudeConfig::made, 204, "claude_config.deleted"));

  private EndpointsOfClaudeConfig() {}

  private static Endpoint writing(
      String method,
      String template,
      Function<ApiClient, String> path,
      int success,
      String action) {
    return new Endpoint(
        method, TEMPLATE + template, path, body(method), "projects:execute", true, success, action);
  }

  private static @Nullable Object body(String method) {
    return switch (method) {
      case "POST" -> Map.of("name", "posted", "content", "x");
      case "PUT" -> Map.of("content", "x");
      default -> null;
    };
  }

  /// Where the one to be posted is not any more.
  private static String free(ApiClient admin) {
    admin.delete(COMMANDS + "/posted");
    return COMMANDS;
  }

  private static String made(ApiClient admin) {
    var path = COMMANDS + "/" + UUID.randomUUID();
    var answer = admin.send("PUT", path, Optional.of(Map.of("content", "made")));
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return path;
  }
}
