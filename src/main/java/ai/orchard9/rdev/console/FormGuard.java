package ai.orchard9.rdev.console;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.Public;
import ai.orchard9.rdev.http.SessionCookie;
import jakarta.annotation.Priority;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.core.Form;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Set;
import org.glassfish.jersey.server.ContainerRequest;
import org.jspecify.annotations.Nullable;

/// Lets only forms of our own pages through: they carry the token, and browsers that say where a
/// form comes from say that it is ours.
final class FormGuard implements DynamicFeature {
  /// After the session, before the scope.
  private static final int AFTER_THE_SESSION = 1600;

  private static final Set<String> OURS = Set.of("same-origin", "none");

  @Override
  public void configure(ResourceInfo resource, FeatureContext context) {
    var method = resource.getResourceMethod();
    if (method.getDeclaringClass().isAnnotationPresent(ForBrowsers.class)
        && method.isAnnotationPresent(POST.class)) {
      context.register(
          method.isAnnotationPresent(Public.class)
              ? new Filter(LoginCookie::read)
              : new Filter(SessionCookie::read));
    }
  }

  /// What the token is made from.
  @FunctionalInterface
  private interface Secret {
    @Nullable String of(ContainerRequestContext request);
  }

  @Priority(AFTER_THE_SESSION)
  private record Filter(Secret secret) implements ContainerRequestFilter {
    @Override
    public void filter(ContainerRequestContext request) {
      var held = secret.of(request);
      if (isForeign(request) || held == null || !FormToken.matches(held, sent(request))) {
        throw new ApiException.Forbidden(
            "this form did not come from a page of this session: go back, reload the page and send"
                + " it again");
      }
    }

    /// Where a browser does not say which site a form is of, it says which origin.
    private static boolean isForeign(ContainerRequestContext request) {
      var site = request.getHeaderString("Sec-Fetch-Site");
      if (site != null) {
        return !OURS.contains(site);
      }
      var origin = request.getHeaderString("Origin");
      var host = request.getHeaderString(HttpHeaders.HOST);
      return origin != null && !origin.replaceFirst("^https?://", "").equalsIgnoreCase(host);
    }

    private static @Nullable String sent(ContainerRequestContext request) {
      if (!(request instanceof ContainerRequest jersey)) {
        throw new IllegalStateException("not Jersey's");
      }
      jersey.bufferEntity();
      return jersey.readEntity(Form.class).asMap().getFirst(FormToken.FIELD);
    }
  }
}
