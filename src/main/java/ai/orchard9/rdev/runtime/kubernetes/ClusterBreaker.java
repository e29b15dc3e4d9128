package ai.orchard9.rdev.runtime.kubernetes;

import ai.orchard9.rdev.runtime.Breaker;
import ai.orchard9.rdev.runtime.BreakerGauge;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import ai.orchard9.rdev.runtime.SessionRefusedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps us from a cluster that does not answer: after many failed or slow calls none is made for a
/// while, and then a few that try. A refusal is an answer.
final class ClusterBreaker implements Breaker {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterBreaker.class);

  // Half of the last twenty, but no fewer than five: one bad pod or one hiccup must not open it.
  private static final int WINDOW = 20;
  private static final int LEAST_CALLS = 5;
  private static final float PERCENT = 50;

  /// An exec takes 20 to 100 ms, a list of 1,000 pods some hundred.
  private static final Duration SLOW = Duration.ofSeconds(3);

  private static final Duration OPEN = Duration.ofSeconds(5);
  private static final int PROBES = 2;

  private final CircuitBreaker breaker =
      CircuitBreaker.of(
          "cluster",
          CircuitBreakerConfig.custom()
              .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
              .slidingWindowSize(WINDOW)
              .minimumNumberOfCalls(LEAST_CALLS)
              .failureRateThreshold(PERCENT)
              .slowCallRateThreshold(PERCENT)
              .slowCallDurationThreshold(SLOW)
              .waitDurationInOpenState(OPEN)
              .permittedNumberOfCallsInHalfOpenState(PROBES)
              .build());

  /// A call to the cluster.
  interface Call<T> {
    T run() throws RuntimeUnavailableException;
  }

  ClusterBreaker(PrometheusRegistry registry) {
    breaker
        .getEventPublisher()
        .onStateTransition(
            it ->
                LOG.atWarn()
                    .addKeyValue("from", it.getStateTransition().getFromState())
                    .addKeyValue("to", it.getStateTransition().getToState())
                    .log("circuit breaker changed"));
    BreakerGauge.register(registry, this::state);
  }

  <T> T run(Call<T> call) throws RuntimeUnavailableException {
    if (!breaker.tryAcquirePermission()) {
      throw new RuntimeUnavailableException("the circuit breaker is open");
    }
    var begin = System.nanoTime();
    try {
      var result = call.run();
      breaker.onSuccess(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
      return result;
    } catch (SessionRefusedException e) {
      breaker.onSuccess(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
      throw e;
    } catch (RuntimeUnavailableException | RuntimeException e) {
      breaker.onError(System.nanoTime() - begin, TimeUnit.NANOSECONDS, e);
      throw e;
    }
  }

  boolean isClosed() {
    return state().equals("closed");
  }

  @Override
  public void open() {
    breaker.transitionToForcedOpenState();
  }

  @Override
  public void close() {
    breaker.transitionToClosedState();
  }

  @Override
  public void reset() {
    breaker.reset();
  }

  @Override
  public String state() {
    var state = breaker.getState();
    return switch (state) {
      case FORCED_OPEN -> "open";
      case DISABLED, METRICS_ONLY -> "closed";
      default -> state.name().toLowerCase(Locale.ROOT);
    };
  }
}
