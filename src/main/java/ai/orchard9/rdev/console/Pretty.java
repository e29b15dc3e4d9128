package ai.orchard9.rdev.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;

/// JSON as people read it.
final class Pretty {
  /// Numbers stay as they were written.
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private Pretty() {}

  /// A field a line; what is no JSON, as it is.
  static String json(String text) {
    try {
      return MAPPER.readTree(text).toPrettyString();
    } catch (JsonProcessingException e) {
      return text;
    }
  }
}
