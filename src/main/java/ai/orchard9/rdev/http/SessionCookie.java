package ai.orchard9.rdev.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.NewCookie;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The cookie that holds the token of a session: `rdev_session`, and `__Host-rdev_session` over
/// https, which no other host and no plain page can have set (RFC 6265bis section 4.1.3).
public final class SessionCookie {
  private static final String NAME = "rdev_session";
  private static final String SECURE_NAME = "__Host-" + NAME;

  private SessionCookie() {}

  /// The token in a request; null without one.
  public static @Nullable String read(ContainerRequestContext request) {
    var cookie = request.getCookies().get(name(RequestContext.of(request)));
    return cookie == null || cookie.getValue().isEmpty() ? null : cookie.getValue();
  }

  /// Has the browser keep the token.
  ///
  /// @param lifetime after which the browser forgets it
  public static NewCookie of(String token, Duration lifetime, RequestContext request) {
    return new NewCookie.Builder(name(request))
        .value(token)
        .path("/")
        .httpOnly(true)
        .secure(request.secure())
        .sameSite(NewCookie.SameSite.STRICT)
        .maxAge((int) lifetime.toSeconds())
        .build();
  }

  /// Has the browser forget it.
  public static NewCookie none(RequestContext request) {
    return of("", Duration.ZERO, request);
  }

  private static String name(RequestContext request) {
    return request.secure() ? SECURE_NAME : NAME;
  }
}
