package ai.orchard9.rdev.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// Completes the `meta` of successes and errors on their way out.
final class EnvelopeFilter implements ContainerResponseFilter {

  private final InstantSource clock;
  private final Refusal.Observer refusals;

  EnvelopeFilter(InstantSource clock, Refusal.Observer refusals) {
    this.clock = clock;
    this.refusals = refusals;
  }

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    switch (response.getEntity()) {
      case Envelope<?> envelope -> response.setEntity(completed(envelope, request));
      case ErrorMapper.Unfinished error -> {
        tell(error.detail(), request);
        response.setEntity(
            new ErrorBody(
                error.detail(),
                new ErrorBody.Meta(RequestContext.of(request).requestId(), clock.instant())));
      }
      case null, default -> {}
    }
  }

  private void tell(ErrorBody.Detail error, ContainerRequestContext request) {
    var isRefusal =
        switch (error.code().status()) {
          case 401, 403, 429 -> true;
          default -> false;
        };
    if (isRefusal) {
      refusals.refused(
          new Refusal(
              error.code(),
              error.message(),
              Caller.of(request).orElse(null),
              RequestContext.of(request),
              request.getMethod(),
              "/" + request.getUriInfo().getPath()));
    }
  }

  private Envelope<?> completed(Envelope<?> envelope, ContainerRequestContext request) {
    var facts = new LinkedHashMap<String, @Nullable Object>();
    facts.put("request_id", RequestContext.of(request).requestId());
    facts.put("timestamp", clock.instant());
    facts.putAll(envelope.meta().facts());
    return new Envelope<>(envelope.data(), new Envelope.Meta(facts));
  }
}
