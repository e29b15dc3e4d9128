package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.error.ApiException;
import java.time.Duration;

/// What following a command can be refused with.
final class StreamErrors {

  private StreamErrors() {}

  static ApiException tooManyStreams(int most, Duration retryAfter) {
    return new ApiException.Unavailable(
        "%d streams are open on this server, no more are taken".formatted(most), retryAfter);
  }

  static ApiException draining(Duration retryAfter) {
    return new ApiException.Unavailable("this server is going down", retryAfter);
  }

  static ApiException unknownCommand() {
    return new ApiException.NotFound("no such command");
  }

  static ApiException unknownProject() {
    return new ApiException.NotFound("no such project");
  }

  static ApiException outputPurged() {
    return new ApiException.NotFound("the output was purged after its retention");
  }

  static ApiException badLastEventId() {
    return ApiException.badField(
        "Last-Event-ID", "must be the id of an event of this stream, or absent");
  }

  static ApiException badStream() {
    return ApiException.badField("stream", "must be stdout or stderr, or absent for both");
  }
}
