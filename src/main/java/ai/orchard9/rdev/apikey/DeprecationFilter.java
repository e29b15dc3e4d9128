package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.http.Caller;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;

/// Tells holders of a replaced key when it ends, on every answer (RFC 9745). Answers that a stream
/// took over do not come through here; the stream says it itself.
final class DeprecationFilter implements ContainerResponseFilter {
  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    Caller.of(request)
        .flatMap(Caller::deprecation)
        .ifPresent(end -> response.getHeaders().putSingle("Deprecation", end));
  }
}
