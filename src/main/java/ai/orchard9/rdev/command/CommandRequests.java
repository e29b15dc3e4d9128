package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandType;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Json;
import ai.orchard9.rdev.http.RequestContext;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Submits what did not come as a body of the API, and is checked as if it had.
public final class CommandRequests {
  private static final ObjectMapper JSON = Json.newMapper();

  private final CommandService service;
  private final SubmissionRules rules;

  CommandRequests(CommandService service, SubmissionRules rules) {
    this.service = service;
    this.rules = rules;
  }

  /// Queues it; when it returns, the row is committed.
  ///
  /// @param body as that of `POST /projects/{id}/<type>`
  /// @throws ApiException as the API would answer to the body
  public Command submit(
      Caller caller, String project, CommandType type, ObjectNode body, RequestContext request) {
    var submission = rules.check(read(type, body));
    return service
        .submit(caller, project, submission, new CommandService.Origin(request, null, null))
        .command();
  }

  private static SubmitRequest read(CommandType type, ObjectNode body) {
    try {
      return switch (type) {
        case SHELL -> JSON.treeToValue(body, SubmitRequest.Shell.class);
        case GIT -> JSON.treeToValue(body, SubmitRequest.Git.class);
        case CLAUDE -> JSON.treeToValue(body, SubmitRequest.Claude.class);
      };
    } catch (JsonProcessingException malformed) {
      throw new ApiException.BadRequest("not a command of the type " + type.wire());
    }
  }

  /// The body that asks for the same once more, but for stdin and the values of `env`, which are
  /// not kept.
  public static ObjectNode bodyOf(Command command) {
    ObjectNode body = command.request().deepCopy();
    body.remove("env");
    body.put("timeout_seconds", command.timeoutSeconds());
    body.put("priority", command.priority().wire());
    if (!command.metadata().isEmpty()) {
      body.set("metadata", command.metadata());
    }
    return body;
  }
}
