package ai.orchard9.rdev.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Strings only from JSON strings, and only such as a process and PostgreSQL can take: no NUL, no
/// half of a surrogate pair.
final class TextDeserializer extends StdScalarDeserializer<String> {

  TextDeserializer() {
    super(String.class);
  }

  @Override
  public String deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    if (!parser.hasToken(JsonToken.VALUE_STRING)) {
      throw new RefusedValueException(parser, "must be a string");
    }
    var text = parser.getText();
    var fault = faultOf(text);
    if (fault != null) {
      throw new RefusedValueException(parser, fault);
    }
    return text;
  }

  static final class Key extends KeyDeserializer {
    @Override
    public Object deserializeKey(String key, DeserializationContext context) throws IOException {
      var fault = faultOf(key);
      if (fault != null) {
        throw new RefusedValueException(context.getParser(), "its name " + fault);
      }
      return key;
    }
  }

  private static @Nullable String faultOf(String text) {
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (c == 0) {
        return "must not contain NUL";
      }
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return "must be valid Unicode";
        }
        i++;
      }
    }
    return null;
  }
}
