package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.command.output.CommandKey;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;

/// Answers a request with the events of a command.
public final class EventAnswer {

  /// Writes the events of a command into this answer, until it completes.
  ///
  /// Call it from a resource method with `@Suspended AsyncResponse`, which is never resumed; it
  /// returns at once.
  ///
  /// @param after the last event that the client has, 0 for none
  /// @param headers further headers of the answer
  public void stream(
      HttpServletRequest request,
      HttpServletResponse response,
      CommandKey key,
      long after,
      Map<String, String> headers) {
    headers.forEach(response::setHeader);
    throw new UnsupportedOperationException(key.id() + request + after);
  }
}
