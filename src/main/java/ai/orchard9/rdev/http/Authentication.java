package ai.orchard9.rdev.http;

import ai.orchard9.rdev.error.ApiException;
import org.jspecify.annotations.Nullable;

/// What became of a presented key.
public sealed interface Authentication {
  /// It is good.
  record Accepted(Caller caller) implements Authentication {}

  /// It is not.
  ///
  /// @param reason malformed, unknown, revoked or expired (401), not from this address (403), or
  ///   too many such from this address (429)
  /// @param caller whose key it is, where that is known: the logs name them
  record Refused(ApiException reason, @Nullable Caller caller) implements Authentication {}
}
