package ai.orchard9.rdev.http;

import ai.orchard9.rdev.error.ApiException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What is wrong with a JSON body, naming the field wherever there is one. Never quotes the body.
final class JsonFaults {

  private static final Pattern DUPLICATE = Pattern.compile("Duplicate field '([^']{1,200})'.*");

  private JsonFaults() {}

  static ApiException refusal(JsonProcessingException fault) {
    var field = field(fault);
    var syntax = syntaxFault(fault);
    if (syntax != null) {
      return ofSyntax(syntax, field);
    }
    var message = describe(fault);
    return field.isEmpty()
        ? new ApiException.BadRequest("the body " + message)
        : ApiException.badField(field, message);
  }

  private static @Nullable JsonProcessingException syntaxFault(JsonProcessingException fault) {
    if (fault instanceof JsonParseException || fault instanceof StreamConstraintsException) {
      return fault;
    }
    return switch (fault.getCause()) {
      case JsonParseException cause -> cause;
      case StreamConstraintsException cause -> cause;
      case null, default -> null;
    };
  }

  private static ApiException ofSyntax(JsonProcessingException syntax, String field) {
    var duplicate = DUPLICATE.matcher(Optional.ofNullable(syntax.getOriginalMessage()).orElse(""));
    if (duplicate.matches()) {
      return ApiException.badField(duplicate.group(1), "is given twice");
    }
    var what =
        syntax instanceof StreamConstraintsException
            ? "is nested too deeply or has a name or number that is too long"
            : "is not valid JSON" + at(syntax.getLocation());
    return field.isEmpty()
        ? new ApiException.BadRequest("the body " + what)
        : ApiException.badField(field, what);
  }

  private static String describe(JsonProcessingException fault) {
    return switch (fault) {
      case UnrecognizedPropertyException _ -> "is not a known field";
      case RefusedValueException refused -> refused.reason();
      case MismatchedInputException mismatch
          when String.valueOf(mismatch.getOriginalMessage()).startsWith("Trailing token") ->
          "goes on after the JSON document";
      case InvalidFormatException invalid when invalid.getTargetType().isEnum() ->
          mustBe(invalid.getTargetType());
      case MismatchedInputException mismatch when mismatch.getTargetType() != null ->
          mustBe(mismatch.getTargetType());
      case JsonMappingException mapping
          when mapping.getCause() instanceof InputCoercionException coercion ->
          mustBe(coercion.getTargetType());
      case JsonMappingException mapping
          when mapping.getCause() instanceof IllegalArgumentException refused
              && refused.getMessage() != null ->
          refused.getMessage();
      default -> "is not valid";
    };
  }

  private static String mustBe(Class<?> type) {
    if (type.isEnum()) {
      return "must be one of "
          + Arrays.stream(type.getEnumConstants())
              .map(JsonFaults::wireName)
              .collect(Collectors.joining(", "));
    }
    if (type == String.class) {
      return "must be a string";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "must be true or false";
    }
    if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
      return "must be an integer"
          + (type == int.class || type == Integer.class ? " of 32 bits" : "");
    }
    if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
      return "must be a number";
    }
    if (type.isArray() || Collection.class.isAssignableFrom(type)) {
      return "must be an array";
    }
    return type.isRecord() || Map.class.isAssignableFrom(type)
        ? "must be an object"
        : "is not valid";
  }

  private static String wireName(Object constant) {
    return Json.PLAIN.convertValue(constant, String.class);
  }

  private static String field(JsonProcessingException fault) {
    if (!(fault instanceof JsonMappingException mapping)) {
      return fault.getProcessor() instanceof JsonParser parser
          ? field(parser.getParsingContext())
          : "";
    }
    var name = new StringBuilder();
    for (var step : mapping.getPath()) {
      if (step.getFieldName() == null) {
        name.append('[').append(step.getIndex()).append(']');
      } else {
        name.append(name.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return name.toString();
  }

  /// Where the parser stood when the document stopped making sense.
  private static String field(JsonStreamContext position) {
    var parent = position.getParent();
    var before = parent == null ? "" : field(parent);
    if (position.inArray()) {
      return before + "[" + position.getCurrentIndex() + "]";
    }
    var name = position.getCurrentName();
    if (!position.inObject() || name == null) {
      return before;
    }
    return before.isEmpty() ? name : before + "." + name;
  }

  private static String at(@Nullable JsonLocation location) {
    return location == null
        ? ""
        : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
  }
}
