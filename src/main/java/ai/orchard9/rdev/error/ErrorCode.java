package ai.orchard9.rdev.error;

/// The codes that clients switch on, each with its HTTP status. Never renamed.
public enum ErrorCode {
  BAD_REQUEST(400),
  UNAUTHORIZED(401),
  KEY_REVOKED(401),
  KEY_EXPIRED(401),
  FORBIDDEN(403),
  IP_NOT_ALLOWED(403),
  COMMAND_NOT_ALLOWED(403),
  NOT_FOUND(404),
  METHOD_NOT_ALLOWED(405),
  NOT_ACCEPTABLE(406),
  CONFLICT(409),
  PAYLOAD_TOO_LARGE(413),
  UNSUPPORTED_MEDIA_TYPE(415),
  TOO_MANY_REQUESTS(429),
  INTERNAL_ERROR(500),
  SERVICE_UNAVAILABLE(503);

  private final int status;

  ErrorCode(int status) {
    this.status = status;
  }

  /// The HTTP status it is sent with.
  public int status() {
    return status;
  }
}
