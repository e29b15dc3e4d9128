package ai.orchard9.rdev.http;

import ai.orchard9.rdev.error.ApiException;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;

/// Refuses NUL in query parameters: no text that PostgreSQL keeps, or compares with, can have it.
@Priority(Priorities.USER)
final class PlainQueries implements ContainerRequestFilter {
  @Override
  public void filter(ContainerRequestContext request) {
    request
        .getUriInfo()
        .getQueryParameters()
        .forEach(
            (name, values) -> {
              if (values.stream().anyMatch(it -> it.indexOf('\0') >= 0)) {
                throw ApiException.badField(name, "must not have NUL");
              }
            });
  }
}
