package ai.orchard9.rdev.http;

/// Turns a presented key, or the token of a session, into the caller. May be called from any
/// thread.
@FunctionalInterface
public interface Authenticator {

  /// Who presents it, or why it is not taken.
  ///
  /// @param presented as sent, of any length and content
  /// @param clientAddress numeric, v4 or v6; trusted proxies are already looked through
  Authentication authenticate(String presented, String clientAddress);
}
