package ai.orchard9.rdev.http;

import ai.orchard9.rdev.error.ApiException;

/// Turns a presented key into the caller. May be called from any thread.
@FunctionalInterface
public interface Authenticator {

  /// Who holds the key.
  ///
  /// @param presentedKey as sent, of any length and content
  /// @param clientAddress numeric, v4 or v6; trusted proxies are already looked through
  /// @throws ApiException.Unauthenticated malformed, unknown, revoked or expired
  /// @throws ApiException.Forbidden not from this address
  /// @throws ApiException.TooManyRequests too many failures from this address
  Caller authenticate(String presentedKey, String clientAddress);
}
