package ai.orchard9.rdev.ratelimit;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.AnswerHeaders;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Public;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.annotation.Priority;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import java.time.Duration;
import java.util.UUID;

/// Puts the rate limit between the key (priority 1000) and the scope (2000) of every method that
/// needs a key.
final class RateLimitFeature implements DynamicFeature {
  private static final int AFTER_THE_KEY = 1500;

  /// Who has no row: the key of `RDEV_ADMIN_KEY`.
  private static final UUID ADMIN = new UUID(0, 0);

  private final SlidingWindow window;
  private final Limits limits;
  private final CounterDataPoint accepted;
  private final CounterDataPoint refused;

  RateLimitFeature(SlidingWindow window, Limits limits, PrometheusRegistry registry) {
    this.window = window;
    this.limits = limits;
    var requests =
        Counter.builder()
            .name("rdev_ratelimit_requests_total")
            .help("Requests with a good key, by what the rate limit said")
            .labelNames("outcome")
            .register(registry);
    this.accepted = requests.labelValues("accepted");
    this.refused = requests.labelValues("refused");
  }

  @Override
  public void configure(ResourceInfo resource, FeatureContext context) {
    if (!resource.getResourceMethod().isAnnotationPresent(Public.class)) {
      context.register(new LimitFilter(this));
    }
  }

  private Decision decide(Caller caller) {
    var key = caller.keyId();
    return window.take(key == null ? ADMIN : key, limits.requestsPerWindow(caller));
  }

  private void passOrRefuse(Decision decision) {
    if (decision.accepted()) {
      accepted.inc();
      return;
    }
    refused.inc();
    throw new ApiException.TooManyRequests(
        "the key has made its %d requests in %d s; another one passes in %d s"
            .formatted(
                decision.limit(), limits.rateLimitWindow().toSeconds(), decision.waitSeconds()),
        Duration.ofSeconds(decision.waitSeconds()));
  }

  @Priority(AFTER_THE_KEY)
  private record LimitFilter(RateLimitFeature feature) implements ContainerRequestFilter {
    @Override
    public void filter(ContainerRequestContext request) {
      var caller = Caller.of(request);
      if (caller.isPresent()) {
        var decision = feature.decide(caller.get());
        RateLimitHeaders.of(decision, feature.limits.rateLimitWindow())
            .forEach((name, value) -> AnswerHeaders.put(request, name, value));
        feature.passOrRefuse(decision);
      }
    }
  }
}
