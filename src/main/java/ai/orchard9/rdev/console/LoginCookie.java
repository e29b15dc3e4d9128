package ai.orchard9.rdev.console;

import ai.orchard9.rdev.http.RequestContext;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.NewCookie;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The secret of the login form: who has no session yet has no other.
final class LoginCookie {
  private static final String NAME = "rdev_login";
  private static final int SECONDS = 3600;

  private LoginCookie() {}

  static @Nullable String read(ContainerRequestContext request) {
    return read(request.getCookies());
  }

  static @Nullable String read(Map<String, Cookie> cookies) {
    var cookie = cookies.get(NAME);
    return cookie == null || !Sessions.isToken(cookie.getValue()) ? null : cookie.getValue();
  }

  static NewCookie of(String secret, RequestContext request) {
    return new NewCookie.Builder(NAME)
        .value(secret)
        .path("/console/login")
        .httpOnly(true)
        .secure(request.secure())
        .sameSite(NewCookie.SameSite.STRICT)
        .maxAge(SECONDS)
        .build();
  }
}
