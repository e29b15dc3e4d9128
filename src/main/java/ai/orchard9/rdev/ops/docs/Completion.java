package ai.orchard9.rdev.ops.docs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.TreeMap;

/// Writes out what the parts say shortly, so that what is served is plain OpenAPI:
///
/// - `x-scope` of an operation (a scope, `any` or `none`) becomes its `security` and a sentence;
/// - headers, parameters and answers that operations have in common (`x-every-operation`,
///   `x-with-a-key`, `x-with-json`, `x-with-a-body`) are added to those that have them;
/// - `required: all` of a schema becomes the names of its properties;
/// - `x-shared`, which parts use for what they refer to by YAML's anchors, is left out.
final class Completion {
  private static final List<String> SHORTHANDS =
      List.of("x-every-operation", "x-with-a-key", "x-with-json", "x-with-a-body", "x-shared");
  private static final List<String> SCHEMES = List.of("ApiKey", "Bearer");
  private static final String RESPONSES = "responses";
  private static final String HEADERS = "headers";

  private final ObjectNode document;

  Completion(ObjectNode document) {
    this.document = document;
  }

  void run() {
    for (var path : document.path("paths")) {
      for (var entry : path.properties()) {
        // Beside its methods, a path has the parameters that they share.
        if (entry.getValue() instanceof ObjectNode operation) {
          complete(operation);
        }
      }
    }
    SHORTHANDS.forEach(document::remove);
    requireAll(document);
    // Readers want what can be called first.
    document.set("components", document.remove("components"));
  }

  private void complete(ObjectNode operation) {
    var scope = operation.path("x-scope").asText();
    secure(operation, scope);
    var every = document.path("x-every-operation");
    every.path("parameters").forEach(operation.withArray("parameters")::add);
    addCommon(operation, every);
    if (!scope.equals("none")) {
      addCommon(operation, document.path("x-with-a-key"));
      if (answersJson(operation)) {
        addCommon(operation, document.path("x-with-json"));
      }
    }
    if (operation.has("requestBody")) {
      addCommon(operation, document.path("x-with-a-body"));
    }
    sort((ObjectNode) operation.path(RESPONSES));
  }

  private static void secure(ObjectNode operation, String scope) {
    var security = operation.putArray("security");
    if (scope.equals("none")) {
      return;
    }
    for (var scheme : SCHEMES) {
      var roles = security.addObject().putArray(scheme);
      if (!scope.equals("any")) {
        roles.add(scope);
      }
    }
    var need = scope.equals("any") ? "Any key will do." : "Needs the scope `" + scope + "`.";
    var description = operation.path("description").asText();
    operation.put(
        "description", description.isEmpty() ? need : description.strip() + "\n\n" + need);
  }

  private static void addCommon(ObjectNode operation, JsonNode common) {
    addHeaders(operation, common.path(HEADERS));
    addMissing((ObjectNode) operation.path(RESPONSES), common.path(RESPONSES));
  }

  /// Answers that are a reference name their headers themselves.
  private static void addHeaders(ObjectNode operation, JsonNode headers) {
    for (var response : operation.path(RESPONSES)) {
      if (response instanceof ObjectNode own && !own.has("$ref") && !headers.isEmpty()) {
        addMissing(own.withObject("/headers"), headers);
      }
    }
  }

  private static void addMissing(ObjectNode to, JsonNode more) {
    more.properties().forEach(it -> to.putIfAbsent(it.getKey(), it.getValue()));
  }

  private static void sort(ObjectNode responses) {
    var sorted = new TreeMap<String, JsonNode>();
    responses.properties().forEach(it -> sorted.put(it.getKey(), it.getValue()));
    responses.removeAll();
    responses.setAll(sorted);
  }

  /// Whether `Accept` is looked at: by all but those that have only something else than JSON.
  private boolean answersJson(ObjectNode operation) {
    for (var status : List.of("200", "201", "202", "204")) {
      var response = operation.path(RESPONSES).path(status);
      var target =
          response.has("$ref")
              ? document.at(response.path("$ref").asText().substring(1))
              : response;
      var content = target.path("content");
      if (!target.isMissingNode()) {
        return content.isEmpty() || content.has("application/json");
      }
    }
    return false;
  }

  private static void requireAll(JsonNode node) {
    if (node instanceof ObjectNode schema && schema.path("required").asText().equals("all")) {
      var names = schema.putArray("required");
      schema.path("properties").fieldNames().forEachRemaining(names::add);
    }
    node.forEach(Completion::requireAll);
  }
}
