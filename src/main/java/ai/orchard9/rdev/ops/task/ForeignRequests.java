package ai.orchard9.rdev.ops.task;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Keeps a web page that an operator has open from running tasks: loopback does not stop a browser.
/// A name in `Host` may have been pointed at us by its owner (DNS rebinding), so only addresses and
/// `localhost` are taken; and a page of elsewhere says so in `Origin`, or, where it only gets
/// something, in `Sec-Fetch-Site` (W3C Fetch Metadata), which browsers let no page choose.
final class ForeignRequests extends HttpFilter {
  private static final long serialVersionUID = 1;
  private static final Pattern OWN_HOST =
      Pattern.compile("(localhost|[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?");

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    var host = request.getHeader("Host");
    if (isOwn(host)
        && isSameOrigin(request.getHeader("Origin"), host)
        && isOwnSite(request.getHeader("Sec-Fetch-Site"))) {
      chain.doFilter(request, response);
      return;
    }
    response.setStatus(403);
    response.setContentType("text/plain;charset=UTF-8");
    response.getWriter().print("error=Host and Origin must be the address of this server\n");
  }

  private static boolean isOwn(@Nullable String host) {
    return host != null && OWN_HOST.matcher(host.toLowerCase(Locale.ROOT)).matches();
  }

  /// `none`: somebody typed the address.
  private static boolean isOwnSite(@Nullable String site) {
    return site == null || site.equals("same-origin") || site.equals("none");
  }

  private static boolean isSameOrigin(@Nullable String origin, @Nullable String host) {
    if (origin == null) {
      return true;
    }
    try {
      var authority = URI.create(origin).getAuthority();
      return authority != null && authority.equalsIgnoreCase(host);
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }
}
