package ai.orchard9.rdev.testing.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What differs from the document is found, and named.
final class ContractTest {
  private static final Map<String, String> HEADERS =
      Map.of(
          "content-type", "application/json",
          "date", "Thu, 26 Nov 2026 18:00:00 GMT",
          "x-request-id", "req-1",
          "ratelimit", "\"key\";r=99;t=10");

  private final ObjectNode body =
      Contract.document()
          .at("/paths/~1queue/get/responses/200/content/application~1json/example")
          .deepCopy();

  @Test
  void takesWhatIsDescribed() {
    assertThatCode(() -> Contract.check(queue(200, HEADERS))).doesNotThrowAnyException();
  }

  @Test
  void findsAFieldThatIsNotDescribedAndOneThatIsMissing() {
    body.withObject("/data/limits").put("surprise", 1);
    body.withObject("/data").remove("running");

    assertThatThrownBy(() -> Contract.check(queue(200, HEADERS)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll("GET /queue", "surprise", "running");
  }

  @Test
  void findsAStatusThatIsNotDescribed() {
    assertThatThrownBy(() -> Contract.check(queue(418, HEADERS)))
        .hasMessageContaining("no such status of GET /queue");
  }

  @Test
  void findsHeadersThatAreWrongMissingOrNotDescribed() {
    var headers = new HashMap<>(HEADERS);
    headers.remove("x-request-id");
    headers.put("ratelimit", "99");
    headers.put("x-surprise", "1");

    assertThatThrownBy(() -> Contract.check(queue(200, headers)))
        .hasMessageContainingAll("no header X-Request-Id", "RateLimit", "x-surprise");
  }

  @Test
  void findsAnotherType() {
    var headers = new HashMap<>(HEADERS);
    headers.put("content-type", "text/plain");

    assertThatThrownBy(() -> Contract.check(queue(200, headers)))
        .hasMessageContaining("its type is text/plain");
  }

  @Test
  void findsACodeOfAnotherStatus() {
    var error = "{\"error\":{\"code\":\"CONFLICT\",\"message\":\"\"},\"meta\":";

    assertThatThrownBy(
            () -> Contract.check(seen("/queue", 404, HEADERS, error + body.path("meta") + "}")))
        .hasMessageContaining("no such status");
    assertThatThrownBy(
            () -> Contract.check(seen("/keys/1", 404, HEADERS, error + body.path("meta") + "}")))
        .hasMessageContaining("code \"CONFLICT\" is none of [\"NOT_FOUND\"]");
  }

  @Test
  void findsPathsThatAreNotDescribed() {
    assertThatThrownBy(() -> Contract.check(seen("/secret", 200, HEADERS, "{}")))
        .hasMessageContaining("it is not in the document");
  }

  @Test
  void findsEventsThatAreNotDescribedOrOtherwise() {
    var path = "/commands/cmd-1/events";
    var output = "{\"line\":\"x\",\"stream\":\"stdout\"}";

    assertThatCode(() -> Contract.checkEvent("GET", path, "output", true, output))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> Contract.checkEvent("GET", path, "output", false, output))
        .hasMessageContaining("it has no id");
    assertThatThrownBy(() -> Contract.checkEvent("GET", path, "surprise", true, output))
        .hasMessageContaining("no event surprise");
    assertThatThrownBy(() -> Contract.checkEvent("GET", path, "output", true, "{\"line\":1}"))
        .hasMessageContainingAll("line", "stream");
  }

  private Seen queue(int status, Map<String, String> headers) {
    return seen("/queue", status, headers, body.toString());
  }

  private static Seen seen(String path, int status, Map<String, String> headers, String body) {
    var lists = new HashMap<String, List<String>>();
    headers.forEach((name, value) -> lists.put(name, List.of(value)));
    return new Seen("GET", path, status, lists, body.getBytes(UTF_8));
  }
}
