package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.ErrorCode;
import ai.orchard9.rdev.error.FieldError;
import java.time.Duration;
import java.util.List;

/// What can be refused to those who present or keep keys.
final class ApiKeyErrors {
  private ApiKeyErrors() {}

  /// One message for malformed and unknown ones: which it was helps only who guesses.
  static ApiException invalid() {
    return new ApiException.Unauthenticated("invalid API key");
  }

  static ApiException revoked() {
    return new ApiException.Unauthenticated(ErrorCode.KEY_REVOKED, "this key was revoked");
  }

  static ApiException expired() {
    return new ApiException.Unauthenticated(ErrorCode.KEY_EXPIRED, "this key has expired");
  }

  static ApiException addressNotAllowed() {
    return new ApiException.Forbidden(
        ErrorCode.IP_NOT_ALLOWED, "this key may not be used from this address");
  }

  static ApiException tooManyFailures(Duration retryAfter) {
    return new ApiException.TooManyRequests("too many failing keys from this address", retryAfter);
  }

  static ApiException notFound() {
    return new ApiException.NotFound("no such key");
  }

  static ApiException lacking(List<String> fields) {
    var message = "this key does not have that much itself";
    return new ApiException.Forbidden(
        ErrorCode.FORBIDDEN,
        String.join(", ", fields) + ": " + message,
        fields.stream().map(field -> new FieldError(field, message)).toList());
  }

  static ApiException notRotatable(ApiKey key) {
    var state = key.replacedBy() != null ? "was replaced already" : "is " + key.status().wire();
    return new ApiException.Conflict("this key " + state);
  }
}
