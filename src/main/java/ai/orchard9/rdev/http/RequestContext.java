package ai.orchard9.rdev.http;

import jakarta.servlet.ServletRequest;

/// What is known of a request before anybody looks at its body. Set by the outermost filter; resources
/// take it as `@Context RequestContext request`, servlets by [#of].
///
/// @param requestId the client's own `X-Request-Id` or one made here; also in the answer and in the MDC
/// @param clientAddress the peer's, or that told by a trusted proxy; numeric
public record RequestContext(String requestId, String clientAddress) {

  /// MDC key of the request id.
  public static final String MDC_KEY = "requestId";

  private static final String ATTRIBUTE = RequestContext.class.getName();

  /// The context of the request.
  ///
  /// @throws IllegalStateException outside of the filter
  public static RequestContext of(ServletRequest request) {
    if (request.getAttribute(ATTRIBUTE) instanceof RequestContext context) {
      return context;
    }
    throw new IllegalStateException("no request context");
  }

  void attachTo(ServletRequest request) {
    request.setAttribute(ATTRIBUTE, this);
  }
}
