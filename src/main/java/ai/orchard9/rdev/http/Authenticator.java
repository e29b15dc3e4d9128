package ai.orchard9.rdev.http;

/// Turns a presented key into the caller. May be called from any thread.
@FunctionalInterface
public interface Authenticator {

  /// Who holds the key, or why it is not taken.
  ///
  /// @param presentedKey as sent, of any length and content
  /// @param clientAddress numeric, v4 or v6; trusted proxies are already looked through
  Authentication authenticate(String presentedKey, String clientAddress);
}
