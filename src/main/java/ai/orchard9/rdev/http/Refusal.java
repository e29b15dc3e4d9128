package ai.orchard9.rdev.http;

import ai.orchard9.rdev.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/// A request that the guards turned away: answered 401, 403 or 429.
///
/// @param message as answered
/// @param caller whose key was presented, where that is known
/// @param method as sent, `POST`
/// @param path as sent, without the query
public record Refusal(
    ErrorCode code,
    String message,
    @Nullable Caller caller,
    RequestContext request,
    String method,
    String path) {

  /// Told of each refusal before it is answered, on the request's thread.
  @FunctionalInterface
  public interface Observer {
    /// Takes note. Whatever goes wrong with that must not change the answer.
    void refused(Refusal refusal);
  }
}
