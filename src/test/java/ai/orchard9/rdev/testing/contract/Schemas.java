package ai.orchard9.rdev.testing.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The schemas of one document, each compiled once. Any thread may ask.
final class Schemas {
  private static final String HERE = "https://rdev.test/openapi.json";

  private final SchemaRegistry registry;
  private final Map<String, Schema> compiled = new ConcurrentHashMap<>();

  Schemas(ObjectNode document) {
    var text = document.toString();
    this.registry =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder ->
                builder
                    .schemas(Map.of(HERE, text))
                    .schemaRegistryConfig(
                        SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
  }

  /// What is wrong with a value; empty: nothing.
  ///
  /// @param pointer to the schema in the document
  List<String> faults(String pointer, JsonNode value) {
    return compiled.computeIfAbsent(pointer, this::compile).validate(value).stream()
        .map(Error::toString)
        .distinct()
        .toList();
  }

  private Schema compile(String pointer) {
    return registry.getSchema(SchemaLocation.of(HERE + "#" + pointer));
  }
}
