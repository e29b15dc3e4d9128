package ai.orchard9.rdev.ops.docs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// The description of the API, OpenAPI 3.1. It is kept by hand, in parts under `openapi/` of the
/// resources: one for what operations have in common, one for each subject. Tests hold it against
/// the routes and against what they are answered.
public final class OpenApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_ALIASES = 200;

  /// In the order in which readers meet them.
  private static final List<String> PARTS =
      List.of(
          "openapi",
          "projects",
          "commands",
          "events",
          "queue",
          "keys",
          "claude",
          "webhooks",
          "audit",
          "health",
          "answers");

  private OpenApi() {}

  /// The whole document, put together anew.
  ///
  /// @throws IllegalStateException two parts say something different about the same
  public static ObjectNode document() {
    var whole = JSON.createObjectNode();
    PARTS.forEach(it -> merge(whole, read(it), ""));
    new Completion(whole).run();
    return whole;
  }

  private static JsonNode read(String part) {
    var options = new LoaderOptions();
    options.setMaxAliasesForCollections(MOST_ALIASES);
    options.setAllowDuplicateKeys(false);
    try (var in = OpenApi.class.getResourceAsStream("/openapi/" + part + ".yaml")) {
      Map<String, Object> content = new Yaml(new SafeConstructor(options)).load(in);
      return JSON.valueToTree(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void merge(ObjectNode into, JsonNode part, String at) {
    for (var entry : part.properties()) {
      var name = entry.getKey();
      switch (into.get(name)) {
        case null -> into.set(name, entry.getValue());
        case ObjectNode both when entry.getValue().isObject() ->
            merge(both, entry.getValue(), at + "/" + name);
        default -> throw new IllegalStateException("said twice: " + at + "/" + name);
      }
    }
  }
}
