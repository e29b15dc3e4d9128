package ai.orchard9.rdev.error;

import java.time.Duration;
import java.util.List;

/// A refusal that the client is told of as it stands: message and details are safe to show. Sealed
/// by kind, so that one mapper turns it into an answer by an exhaustive switch.
@SuppressWarnings("serial") // Never serialized; details are plain records.
public abstract sealed class ApiException extends RuntimeException {

  private final ErrorCode code;
  private final List<FieldError> details;

  private ApiException(ErrorCode code, String message, List<FieldError> details) {
    super(message);
    this.code = code;
    this.details = List.copyOf(details);
  }

  /// What the client switches on.
  public final ErrorCode code() {
    return code;
  }

  /// What it says; never null.
  public final String detail() {
    return String.valueOf(getMessage());
  }

  /// The fields at fault; empty when none is.
  public final List<FieldError> details() {
    return details;
  }

  /// 400 that names the field at fault: `badField("timeout_seconds", "must be 1–86400")`.
  public static BadRequest badField(String field, String message) {
    return new BadRequest(List.of(new FieldError(field, message)));
  }

  /// 400: the request makes no sense as it is.
  public static final class BadRequest extends ApiException {
    public BadRequest(String message) {
      super(ErrorCode.BAD_REQUEST, message, List.of());
    }

    public BadRequest(String message, List<FieldError> details) {
      super(ErrorCode.BAD_REQUEST, message, details);
    }

    /// The message is made from the fields, of which there is at least one.
    public BadRequest(List<FieldError> details) {
      this(details.getFirst().field() + ": " + details.getFirst().message(), details);
    }
  }

  /// 401: who calls is not known (any more).
  public static final class Unauthenticated extends ApiException {
    public Unauthenticated(String message) {
      this(ErrorCode.UNAUTHORIZED, message);
    }

    /// @param code `UNAUTHORIZED`, `KEY_REVOKED` or `KEY_EXPIRED`
    public Unauthenticated(ErrorCode code, String message) {
      super(withStatus(401, code), message, List.of());
    }
  }

  /// 403: who calls is known, and may not.
  public static final class Forbidden extends ApiException {
    public Forbidden(String message) {
      this(ErrorCode.FORBIDDEN, message);
    }

    /// @param code `FORBIDDEN`, `IP_NOT_ALLOWED` or `COMMAND_NOT_ALLOWED`
    public Forbidden(ErrorCode code, String message) {
      super(withStatus(403, code), message, List.of());
    }

    /// @param code `FORBIDDEN`, `IP_NOT_ALLOWED` or `COMMAND_NOT_ALLOWED`
    public Forbidden(ErrorCode code, String message, List<FieldError> details) {
      super(withStatus(403, code), message, details);
    }
  }

  /// 404: there is none, or none that this key may see.
  public static final class NotFound extends ApiException {
    public NotFound(String message) {
      super(ErrorCode.NOT_FOUND, message, List.of());
    }
  }

  /// 409: not in the state it is in.
  public static final class Conflict extends ApiException {
    public Conflict(String message) {
      super(ErrorCode.CONFLICT, message, List.of());
    }
  }

  /// 413: larger than is taken.
  public static final class PayloadTooLarge extends ApiException {
    public PayloadTooLarge(String message) {
      super(ErrorCode.PAYLOAD_TOO_LARGE, message, List.of());
    }
  }

  /// 429: too often; says when to come back.
  public static final class TooManyRequests extends ApiException {
    private final Duration retryAfter;

    public TooManyRequests(String message, Duration retryAfter) {
      super(ErrorCode.TOO_MANY_REQUESTS, message, List.of());
      this.retryAfter = retryAfter;
    }

    /// What is sent as `Retry-After`: seconds, rounded up, at least 1.
    public long retryAfterSeconds() {
      return wholeSeconds(retryAfter);
    }
  }

  /// 503: something we need is away, or there is no room now.
  public static final class Unavailable extends ApiException {
    private final Duration retryAfter;

    public Unavailable(String message, Duration retryAfter) {
      super(ErrorCode.SERVICE_UNAVAILABLE, message, List.of());
      this.retryAfter = retryAfter;
    }

    /// What is sent as `Retry-After`: seconds, rounded up, at least 1.
    public long retryAfterSeconds() {
      return wholeSeconds(retryAfter);
    }
  }

  private static ErrorCode withStatus(int status, ErrorCode code) {
    if (code.status() != status) {
      throw new IllegalArgumentException(code + " is not sent with " + status);
    }
    return code;
  }

  private static long wholeSeconds(Duration duration) {
    return Math.max(1, duration.plusMillis(999).toSeconds());
  }
}
