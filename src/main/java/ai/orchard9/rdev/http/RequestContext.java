package ai.orchard9.rdev.http;

import jakarta.servlet.ServletRequest;
import jakarta.ws.rs.container.ContainerRequestContext;
import org.jspecify.annotations.Nullable;

/// What is known of a request before anybody looks at its body. Set by the outermost handler;
/// resources take it as `@Context RequestContext request`, filters and servlets by [#of].
///
/// @param requestId the client's own `X-Request-Id` or one made here; also in the answer and in the
///   MDC
/// @param clientAddress the peer's, or that told by a trusted proxy; numeric
/// @param secure whether the client came over https, as far as is known: here, or at a trusted
///   proxy
public record RequestContext(String requestId, String clientAddress, boolean secure) {

  /// One that came in plain.
  public RequestContext(String requestId, String clientAddress) {
    this(requestId, clientAddress, false);
  }

  /// MDC key of the request id.
  public static final String MDC_KEY = "requestId";

  static final String ATTRIBUTE = "ai.orchard9.rdev.request";

  /// The context of a servlet's request.
  ///
  /// @throws IllegalStateException outside of the server's handler
  public static RequestContext of(ServletRequest request) {
    return present(request.getAttribute(ATTRIBUTE));
  }

  /// The context of a resource's request.
  ///
  /// @throws IllegalStateException outside of the server's handler
  public static RequestContext of(ContainerRequestContext request) {
    return present(request.getProperty(ATTRIBUTE));
  }

  private static RequestContext present(@Nullable Object attribute) {
    if (attribute instanceof RequestContext context) {
      return context;
    }
    throw new IllegalStateException("no request context");
  }
}
