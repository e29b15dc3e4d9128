package ai.orchard9.rdev.ops.docs;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.contract.Contract;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Examples of bodies that are no JSON document, but many.
final class ExampleStreams {
  private static final Pattern FRAME = Pattern.compile("(id: [0-9]+\n)?event: (.+)\ndata: (.+)\n");

  private ExampleStreams() {}

  /// Holds each event against what the media type says of it.
  static void check(String place, JsonNode media, JsonNode example) {
    var frames = example.asText().split("\n\n", -1);
    assertThat(frames[0]).as(place).isEqualTo("retry: 2000");
    assertThat(frames[frames.length - 1]).as("what follows the last blank line").isEmpty();
    for (int i = 1; i < frames.length - 1; i++) {
      var frame = FRAME.matcher(frames[i] + "\n");
      assertThat(frame.matches()).as(frames[i]).isTrue();
      event(media.path("x-events"), frame);
    }
  }

  private static void event(JsonNode events, Matcher frame) {
    var event = events.path(frame.group(2));
    var schema = event.path("data").path("$ref").asText().substring(1);

    assertThat(Contract.faults(schema, ApiClient.parse(frame.group(3)))).isEmpty();
    assertThat(frame.group(1) != null)
        .as("whether it has an id: %s", Map.of(frame.group(2), event))
        .isEqualTo(event.path("id").asBoolean());
  }

  /// Holds each line against what the media type says of it.
  static void checkLines(JsonNode media, JsonNode example) {
    var row = media.path("x-lines").path("$ref").asText().substring(1);
    var faults =
        example
            .asText()
            .lines()
            .flatMap(it -> Contract.faults(row, ApiClient.parse(it)).stream())
            .collect(Collectors.toList());

    assertThat(faults).isEmpty();
  }
}
