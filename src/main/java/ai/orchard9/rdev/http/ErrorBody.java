package ai.orchard9.rdev.http;

import ai.orchard9.rdev.error.ErrorCode;
import ai.orchard9.rdev.error.FieldError;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/// The shape of every error.
public record ErrorBody(Detail error, Meta meta) {

  /// What went wrong.
  ///
  /// @param details left out when no field is at fault
  public record Detail(
      ErrorCode code,
      String message,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FieldError> details) {}

  /// Of which request, and when.
  public record Meta(String requestId, Instant timestamp) {}

  /// The code of a status that the framework answered with.
  static ErrorCode codeOf(int status) {
    return switch (status) {
      case 401 -> ErrorCode.UNAUTHORIZED;
      case 403 -> ErrorCode.FORBIDDEN;
      case 404 -> ErrorCode.NOT_FOUND;
      case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
      case 406 -> ErrorCode.NOT_ACCEPTABLE;
      case 409 -> ErrorCode.CONFLICT;
      case 413 -> ErrorCode.PAYLOAD_TOO_LARGE;
      case 415 -> ErrorCode.UNSUPPORTED_MEDIA_TYPE;
      case 429 -> ErrorCode.TOO_MANY_REQUESTS;
      case 503 -> ErrorCode.SERVICE_UNAVAILABLE;
      default -> status < 500 ? ErrorCode.BAD_REQUEST : ErrorCode.INTERNAL_ERROR;
    };
  }
}
