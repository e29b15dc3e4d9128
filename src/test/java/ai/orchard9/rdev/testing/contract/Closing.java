package ai.orchard9.rdev.testing.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// Closes the schemas of a document, so that a field that it does not name is found: clients must
/// bear new fields, but ours must be in the document first.
///
/// It is closed where it is used, not where it is defined: a schema that another extends by `allOf`
/// must let that one's fields through.
final class Closing {
  private static final List<String> MAPS_OF_SCHEMAS = List.of("properties", "$defs");
  private static final List<String> SCHEMAS = List.of("items", "additionalProperties");
  private static final List<String> ALTERNATIVES = List.of("oneOf", "anyOf", "prefixItems");

  private final JsonNode document;

  private Closing(JsonNode document) {
    this.document = document;
  }

  /// Closes every schema of the document.
  static void close(ObjectNode document) {
    var closing = new Closing(document);
    document.path("components").path("schemas").forEach(closing::inside);
    closing.find(document.path("paths"));
    closing.find(document.path("webhooks"));
    closing.find(document.path("components").path("responses"));
  }

  /// Whatever is called `schema` in paths and answers is one.
  private void find(JsonNode node) {
    for (var entry : node.properties()) {
      if (entry.getKey().equals("schema")) {
        use(entry.getValue());
      } else {
        find(entry.getValue());
      }
    }
    if (node.isArray()) {
      node.forEach(this::find);
    }
  }

  private void use(JsonNode schema) {
    if (schema instanceof ObjectNode object) {
      if (isOpenObject(object)) {
        object.put("unevaluatedProperties", false);
      }
      inside(object);
    }
  }

  private void inside(JsonNode schema) {
    MAPS_OF_SCHEMAS.forEach(it -> schema.path(it).forEach(this::use));
    SCHEMAS.forEach(it -> use(schema.path(it)));
    ALTERNATIVES.forEach(it -> schema.path(it).forEach(this::use));
    schema.path("allOf").forEach(this::inside);
  }

  private boolean isOpenObject(JsonNode schema) {
    var target =
        schema.has("$ref") ? document.at(schema.path("$ref").asText().substring(1)) : schema;
    if (target.has("allOf")) {
      return true;
    }
    return target.has("properties") && !target.has("additionalProperties");
  }
}
