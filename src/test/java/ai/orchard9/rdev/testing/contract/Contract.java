package ai.orchard9.rdev.testing.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.ops.docs.OpenApi;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What `/openapi.json` promises. Clients of tests hold every answer and every event against it: an
/// answer that it does not describe fails the test that got it. Any thread may call.
public final class Contract {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ERROR = "/components/schemas/Error";
  private static final String JSON_TYPE = "application/json";
  private static final String EVENTS = "text/event-stream";

  /// Of HTTP itself; no document names them.
  private static final Set<String> OF_HTTP =
      Set.of(
          "connection",
          "content-encoding",
          "content-length",
          "content-type",
          "date",
          "transfer-encoding",
          "vary");

  private static final ObjectNode DOCUMENT = OpenApi.document();
  private static final Operations OPERATIONS = new Operations(DOCUMENT);
  private static final Schemas SCHEMAS = new Schemas(closed());

  private Contract() {}

  private static ObjectNode closed() {
    var copy = DOCUMENT.deepCopy();
    Closing.close(copy);
    return copy;
  }

  /// The document.
  public static JsonNode document() {
    return DOCUMENT;
  }

  /// All that it describes.
  public static List<Operation> operations() {
    return OPERATIONS.all();
  }

  /// What is wrong with a value by one of its schemas, closed; empty: nothing.
  ///
  /// @param pointer to the schema in the document
  public static List<String> faults(String pointer, JsonNode value) {
    return SCHEMAS.faults(pointer, value);
  }

  /// Holds an answer against it.
  ///
  /// @throws AssertionError it promises something else
  public static void check(Seen seen) {
    var faults = new ArrayList<String>();
    if (!isPage(seen.path())) {
      find(seen, faults);
    }
    fail(seen.toString(), seen.body(), faults);
  }

  /// Holds an event against it.
  ///
  /// @param path of the request that is answered by the stream, without the query
  /// @throws AssertionError it promises something else
  public static void checkEvent(
      String method, String path, String name, boolean hasId, String data) {
    var events =
        Operations.of(OPERATIONS.at(path), method)
            .flatMap(it -> it.response(200))
            .map(it -> DOCUMENT.at(it + "/content/text~1event-stream/x-events"))
            .orElseThrow(() -> new AssertionError(method + " " + path + " has no events"));
    var faults = new ArrayList<String>();
    var event = events.path(name);
    if (event.isMissingNode()) {
      faults.add("no event " + name + " is described");
    } else {
      if (event.path("id").asBoolean() != hasId) {
        faults.add(hasId ? "it has an id" : "it has no id");
      }
      faults.addAll(faults(event.path("data").path("$ref").asText().substring(1), parse(data)));
    }
    fail("event " + name + " of " + method + " " + path, data.getBytes(UTF_8), faults);
  }

  /// Holds what a receiver of webhooks got against it.
  ///
  /// @param headers by names that are compared without case
  /// @throws AssertionError it promises something else
  public static void checkMessage(Map<String, String> headers, String body) {
    var event = headers.getOrDefault("X-Rdev-Event", "");
    var place = "/webhooks/" + event + "/post";
    if (DOCUMENT.at(place).isMissingNode()) {
      throw new AssertionError("no webhook " + event + " is described: " + body);
    }
    var faults = new ArrayList<String>();
    for (var reference : DOCUMENT.at(place + "/parameters")) {
      var parameter = reference.path("$ref").asText().substring(1);
      var name = DOCUMENT.at(parameter).path("name").asText();
      var value = JSON.getNodeFactory().textNode(headers.getOrDefault(name, ""));
      faults(parameter + "/schema", value).forEach(it -> faults.add("header " + name + it));
    }
    faults.addAll(faults(place + "/requestBody/content/application~1json/schema", parse(body)));
    fail("webhook " + event, body.getBytes(UTF_8), faults);
  }

  private static void fail(String what, byte[] body, List<String> faults) {
    if (!faults.isEmpty()) {
      var text = new String(body, UTF_8);
      throw new AssertionError(
          what
              + ", which /openapi.json does not promise:\n  "
              + String.join("\n  ", faults)
              + "\n"
              + text.substring(0, Math.min(3000, text.length())));
    }
  }

  /// Pages are for people.
  private static boolean isPage(String path) {
    return path.startsWith("/console") || path.equals("/docs") || path.startsWith("/docs/");
  }

  private static void find(Seen seen, List<String> faults) {
    var here = OPERATIONS.at(seen.path());
    if (here.isEmpty()) {
      unlisted(seen, 404, faults);
      return;
    }
    var operation = Operations.of(here, seen.method());
    if (operation.isPresent()) {
      described(seen, operation.get(), faults);
    } else if (!seen.method().equals("OPTIONS")) {
      unlisted(seen, 405, faults);
    }
  }

  /// What the document says in words of all that it does not list.
  private static void unlisted(Seen seen, int status, List<String> faults) {
    if (seen.status() != status) {
      faults.add("it is not in the document, so it must be " + status);
    }
    if (status == 405 && seen.header("allow").isEmpty()) {
      faults.add("no header Allow");
    }
    if (seen.body().length > 0) {
      faults.addAll(faults(ERROR, parse(new String(seen.body(), UTF_8))));
    }
  }

  private static void described(Seen seen, Operation operation, List<String> faults) {
    var place = operation.response(seen.status());
    if (place.isEmpty()) {
      faults.add("no such status of " + operation);
      return;
    }
    var response = DOCUMENT.at(place.get());
    headers(seen, operation, place.get(), faults);
    if (seen.body().length > 0 || seen.type().equals(EVENTS)) {
      body(seen, place.get(), faults);
    }
    var codes = response.path("x-codes");
    if (!codes.isEmpty() && seen.body().length > 0) {
      var code = parse(new String(seen.body(), UTF_8)).path("error").path("code");
      if (!elements(codes).contains(code)) {
        faults.add("code " + code + " is none of " + codes);
      }
    }
  }

  private static List<JsonNode> elements(JsonNode array) {
    var list = new ArrayList<JsonNode>();
    array.forEach(list::add);
    return list;
  }

  private static void body(Seen seen, String place, List<String> faults) {
    var content = DOCUMENT.at(place + "/content");
    var type = seen.type();
    if (!content.has(type)) {
      faults.add("its type is " + type + ", described is " + content.properties());
      return;
    }
    var media = place + "/content/" + type.replace("/", "~1");
    var text = new String(seen.body(), UTF_8);
    if (type.equals(JSON_TYPE)) {
      faults.addAll(faults(media + "/schema", parse(text)));
    } else if (content.path(type).has("x-lines")) {
      var row = content.path(type).path("x-lines").path("$ref").asText().substring(1);
      text.lines().forEach(line -> faults.addAll(faults(row, parse(line))));
    }
  }

  private static void headers(Seen seen, Operation operation, String place, List<String> faults) {
    var described = DOCUMENT.at(place + "/headers");
    for (var header : described.properties()) {
      var target = operation.target(place + "/headers/" + header.getKey());
      var values = seen.headers().getOrDefault(Seen.lower(header.getKey()), List.of());
      if (values.isEmpty() && DOCUMENT.at(target).path("required").asBoolean()) {
        faults.add("no header " + header.getKey());
      }
      for (var value : values) {
        var wrong = SCHEMAS.faults(target + "/schema", typed(DOCUMENT.at(target), value));
        wrong.forEach(it -> faults.add("header " + header.getKey() + it));
      }
    }
    var names =
        described.properties().stream()
            .map(it -> Seen.lower(it.getKey()))
            .collect(Collectors.toSet());
    seen.headers().keySet().stream()
        .filter(it -> !names.contains(it) && !OF_HTTP.contains(it))
        .forEach(it -> faults.add("header " + it + " is not described"));
    if (seen.status() < 400 && operation.needsKey() && seen.header("ratelimit").isEmpty()) {
      faults.add("it does not say where the key stands");
    }
  }

  /// Headers are texts; a schema may say that one is a number.
  private static JsonNode typed(JsonNode header, String value) {
    return header.path("schema").path("type").asText().equals("integer")
        ? parse(value)
        : JSON.getNodeFactory().textNode(value);
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }
}
