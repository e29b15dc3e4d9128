package ai.orchard9.rdev.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonMappingException;

/// A value in a JSON body that a deserializer refuses, with words for the client.
final class RefusedValueException extends JsonMappingException {

  private final String reason;

  RefusedValueException(JsonParser parser, String reason) {
    super(parser, reason);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
