package ai.orchard9.rdev.testing.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/// One operation of the document.
///
/// @param pointer to it in the document
public record Operation(JsonNode document, String method, String template, String pointer) {

  /// What the document says of it.
  public JsonNode node() {
    return document.at(pointer);
  }

  /// Whether a key has to come with it.
  boolean needsKey() {
    return !node().path("security").isEmpty();
  }

  /// Where the document describes the answer of that status.
  public Optional<String> response(int status) {
    var own = pointer + "/responses/" + status;
    return document.at(own).isMissingNode() ? Optional.empty() : Optional.of(target(own));
  }

  /// Follows a reference, where there is one.
  String target(String place) {
    var reference = document.at(place).path("$ref").asText();
    return reference.isEmpty() ? place : target(reference.substring(1));
  }

  @Override
  public String toString() {
    return method + " " + template;
  }
}
