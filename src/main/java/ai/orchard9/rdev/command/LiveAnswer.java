package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.http.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;

/// Answers a submission with the command's events. The wing that streams implements it.
public interface LiveAnswer {
  /// Makes room for a stream, before anything is stored for it; [#stream] or [#forget] must follow.
  ///
  /// @throws ai.orchard9.rdev.error.ApiException.Unavailable as many as may be are open already
  void admit();

  /// Gives back the room of an admission that came to nothing.
  void forget();

  /// Takes the answer over: writes status, headers and events from the first on. Returns at once.
  ///
  /// @param headers further headers of the answer
  void stream(HttpServletRequest request, Caller caller, CommandId id, Map<String, String> headers);
}
