package ai.orchard9.rdev.http;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.FieldError;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.dropwizard.jersey.validation.JerseyViolationException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import java.util.Comparator;

/// Bean Validation's findings in the words of the wire.
final class Violations {

  private static final PropertyNamingStrategies.NamingBase SNAKE_CASE =
      new PropertyNamingStrategies.SnakeCaseStrategy();

  private Violations() {}

  static ApiException refusal(JerseyViolationException invalid) {
    var details =
        invalid.getConstraintViolations().stream()
            .map(violation -> new FieldError(field(violation), violation.getMessage()))
            .sorted(Comparator.comparing(FieldError::field).thenComparing(FieldError::message))
            .toList();
    return details.isEmpty()
        ? new ApiException.BadRequest("the request is not valid")
        : new ApiException.BadRequest(details);
  }

  private static String field(ConstraintViolation<?> violation) {
    var name = new StringBuilder();
    var parameter = "body";
    for (Path.Node node : violation.getPropertyPath()) {
      if (node.getKind() == ElementKind.PARAMETER) {
        parameter = lastWord(node.getName());
      } else if (node.getKind() == ElementKind.PROPERTY
          || node.getKind() == ElementKind.CONTAINER_ELEMENT) {
        append(name, node);
      }
    }
    return name.isEmpty() ? parameter : name.toString();
  }

  private static void append(StringBuilder name, Path.Node node) {
    if (node.isInIterable()) {
      if (node.getIndex() != null) {
        name.append('[').append(node.getIndex()).append(']');
      } else if (node.getKey() != null) {
        name.append('.').append(node.getKey());
      }
    }
    if (node.getKind() == ElementKind.PROPERTY) {
      if (!name.isEmpty()) {
        name.append('.');
      }
      name.append(SNAKE_CASE.translate(node.getName()));
    }
  }

  /// Dropwizard names parameters as `query param limit`, and the entity as `The request body`.
  private static String lastWord(String name) {
    return name.substring(name.lastIndexOf(' ') + 1);
  }
}
