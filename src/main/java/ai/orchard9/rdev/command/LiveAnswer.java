package ai.orchard9.rdev.command;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;

/// Answers a submission with the command's events. The wing that streams implements it.
@FunctionalInterface
public interface LiveAnswer {
  /// Takes the response over: writes status, headers and events from the first, and completes it.
  void stream(
      HttpServletRequest request,
      HttpServletResponse response,
      Command command,
      Map<String, String> headers);
}
