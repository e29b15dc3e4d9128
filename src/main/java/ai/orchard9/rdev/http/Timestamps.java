package ai.orchard9.rdev.http;

import ai.orchard9.rdev.error.ApiException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/// Times on the wire: RFC 3339 in UTC with exactly milliseconds.
public final class Timestamps {

  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private Timestamps() {}

  /// As written everywhere: `2026-01-02T03:04:05.678Z`; finer digits are cut off.
  public static String format(Instant instant) {
    return FORMAT.format(instant);
  }

  /// Reads RFC 3339 with any offset. Its years have four digits; PostgreSQL's end at 294276.
  ///
  /// @throws DateTimeException if it is none
  public static Instant parse(String text) {
    var time = OffsetDateTime.parse(text);
    if (time.getYear() < 0 || time.getYear() > 9999) {
      throw new DateTimeException("a year of other than four digits");
    }
    return time.toInstant();
  }

  /// Reads a time that an address or a form holds; null stays null.
  ///
  /// @throws ApiException.BadRequest naming the field
  public static @Nullable Instant parse(String field, @Nullable String text) {
    try {
      return text == null ? null : parse(text);
    } catch (DateTimeException malformed) {
      throw ApiException.badField(field, "must be a time as 2026-01-31T12:00:00Z");
    }
  }

  static final class Serializer extends StdScalarSerializer<Instant> {
    Serializer() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeString(format(value));
    }
  }

  static final class Deserializer extends StdScalarDeserializer<Instant> {
    Deserializer() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      if (!parser.hasToken(JsonToken.VALUE_STRING)) {
        throw new RefusedValueException(parser, "must be a time as 2026-01-02T03:04:05.678Z");
      }
      try {
        return parse(parser.getText());
      } catch (DateTimeException malformed) {
        throw new RefusedValueException(parser, "must be a time as 2026-01-02T03:04:05.678Z");
      }
    }
  }
}
