package ai.orchard9.rdev.ops.docs;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.CommandType;
import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.error.ErrorCode;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.testing.contract.Contract;
import ai.orchard9.rdev.webhook.DeliveryFilter;
import ai.orchard9.rdev.webhook.WebhookRequests;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/// The description is sound in itself, and says the words that the code says.
final class OpenApiTest {
  private static final JsonNode DOCUMENT = Contract.document();
  private static final String META_SCHEMA = "https://json-schema.org/draft/2020-12/schema";

  @Test
  void isOpenApi31() {
    var parsed =
        new OpenAPIV3Parser().readContents(DOCUMENT.toString(), List.of(), new ParseOptions());

    assertThat(parsed.getMessages()).isEmpty();
    assertThat(DOCUMENT.path("openapi").asText()).matches("3\\.1\\.[0-9]+");
    assertThat(parsed.getOpenAPI().getPaths()).hasSameSizeAs(DOCUMENT.path("paths"));
    assertThat(parsed.getOpenAPI().getWebhooks()).hasSameSizeAs(DOCUMENT.path("webhooks"));
  }

  @Test
  void hasSchemasThatAreSome() {
    var meta =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(SchemaLocation.of(META_SCHEMA));

    assertThat(values(DOCUMENT, "schema", "")).isNotEmpty();
    values(DOCUMENT, "schema", "")
        .forEach((place, it) -> assertThat(meta.validate(it)).as(place).isEmpty());
    DOCUMENT
        .path("components")
        .path("schemas")
        .properties()
        .forEach(it -> assertThat(meta.validate(it.getValue())).as(it.getKey()).isEmpty());
  }

  @Test
  void refersToWhatIsThereAndHasNothingThatNobodyRefersTo() {
    var references = new HashSet<String>();
    DOCUMENT.findValues("$ref").forEach(it -> references.add(it.asText()));

    assertThat(references)
        .allSatisfy(it -> assertThat(DOCUMENT.at(it.substring(1)).isMissingNode()).isFalse());
    for (var kind : List.of("schemas", "responses", "parameters", "headers", "examples")) {
      for (var name : names(DOCUMENT.path("components").path(kind))) {
        assertThat(references).contains("#/components/" + kind + "/" + name);
      }
    }
  }

  @Test
  void namesEachOperationOnceUnderATagThatIsThere() {
    var ids = new ArrayList<String>();
    var tags = texts(DOCUMENT.path("tags").findValues("name"));
    for (var operation : Contract.operations()) {
      ids.add(operation.node().path("operationId").asText());
      assertThat(operation.node().path("summary").asText()).as("%s", operation).isNotBlank();
      assertThat(tags).containsAll(texts(elements(operation.node().path("tags"))));
    }

    assertThat(ids).doesNotHaveDuplicates().doesNotContain("");
  }

  @Test
  void hasAnExampleOfEachBodyThatFits() {
    var bodies = values(DOCUMENT, "content", "");
    assertThat(bodies).hasSizeGreaterThan(60);

    bodies.forEach(
        (place, content) ->
            content
                .properties()
                .forEach(it -> fits(place + "/" + it.getKey().replace("/", "~1"), it.getKey())));
  }

  private static void fits(String media, String type) {
    var examples = examples(DOCUMENT.at(media));
    assertThat(examples).as("examples of " + media).isNotEmpty();
    for (var example : examples) {
      switch (type) {
        case "application/json" ->
            assertThat(Contract.faults(media + "/schema", example)).as(media).isEmpty();
        case "text/event-stream" -> ExampleStreams.check(media, DOCUMENT.at(media), example);
        case "application/x-ndjson" -> ExampleStreams.checkLines(DOCUMENT.at(media), example);
        default -> assertThat(example.asText()).as(media).isNotBlank();
      }
    }
  }

  private static List<JsonNode> examples(JsonNode media) {
    var found = new ArrayList<JsonNode>();
    if (media.has("example")) {
      found.add(media.path("example"));
    }
    for (var example : media.path("examples")) {
      var reference = example.path("$ref").asText();
      var target = reference.isEmpty() ? example : DOCUMENT.at(reference.substring(1));
      found.add(target.path("value"));
    }
    return found;
  }

  @Test
  void hasExamplesOfParametersAndHeadersThatFit() {
    for (var kind : List.of("parameters", "headers")) {
      for (var it : DOCUMENT.path("components").path(kind).properties()) {
        var schema = "/components/" + kind + "/" + it.getKey() + "/schema";
        if (it.getValue().has("example")) {
          assertThat(Contract.faults(schema, it.getValue().path("example")))
              .as(it.getKey())
              .isEmpty();
        } else {
          assertThat(it.getKey()).as("has no example").isIn("Cursor");
        }
      }
    }
  }

  @Test
  void knowsTheCodesOfErrors() {
    var code = "/components/schemas/Error/properties/error/properties/code/enum";

    assertThat(texts(elements(DOCUMENT.at(code))))
        .isEqualTo(Arrays.stream(ErrorCode.values()).map(Enum::name).toList());
    for (var operation : Contract.operations()) {
      for (var status : names(operation.node().path("responses"))) {
        var place = operation.response(Integer.parseInt(status)).orElseThrow();
        for (var name : texts(elements(DOCUMENT.at(place + "/x-codes")))) {
          assertThat(ErrorCode.valueOf(name).status())
              .as(operation + " " + name)
              .isEqualTo(Integer.parseInt(status));
        }
      }
    }
  }

  @Test
  void knowsTheWordsOfTheCode() {
    assertThat(enumerated("Scope"))
        .isEqualTo(Arrays.stream(Scope.values()).map(Scope::wireName).toList());
    assertThat(enumerated("CommandStatus"))
        .isEqualTo(Arrays.stream(CommandStatus.values()).map(CommandStatus::wire).toList());
    assertThat(enumerated("CommandType"))
        .isEqualTo(Arrays.stream(CommandType.values()).map(CommandType::wire).toList());
    assertThat(enumerated("Priority"))
        .isEqualTo(Arrays.stream(Priority.values()).map(Priority::wire).toList());
    assertThat(enumerated("WebhookEventName")).isEqualTo(WebhookRequests.events());
    assertThat(enumerated("DeliveredEventName")).isEqualTo(DeliveryFilter.events());
    assertThat(enumerated("DeliveryStatus")).isEqualTo(DeliveryFilter.statuses());
    assertThat(names(DOCUMENT.path("webhooks")))
        .containsExactlyInAnyOrderElementsOf(DeliveryFilter.events());
  }

  private static List<String> enumerated(String schema) {
    return texts(elements(DOCUMENT.at("/components/schemas/" + schema + "/enum")));
  }

  /// Everything called so, by its place in the document.
  private static Map<String, JsonNode> values(JsonNode node, String name, String at) {
    var found = new LinkedHashMap<String, JsonNode>();
    for (var entry : node.properties()) {
      var place = at + "/" + entry.getKey().replace("~", "~0").replace("/", "~1");
      // Beside what is described so, fields of bodies may be called so, too.
      if (entry.getKey().equals(name) && !at.endsWith("/properties")) {
        found.put(place, entry.getValue());
      } else if (!Set.of("example", "examples").contains(entry.getKey())) {
        found.putAll(values(entry.getValue(), name, place));
      }
    }
    for (var i = 0; node.isArray() && i < node.size(); i++) {
      found.putAll(values(node.get(i), name, at + "/" + i));
    }
    return found;
  }

  private static List<String> names(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).toList();
  }

  private static List<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  private static List<String> texts(List<JsonNode> nodes) {
    return Stream.ofNullable(nodes).flatMap(List::stream).map(JsonNode::asText).toList();
  }
}
