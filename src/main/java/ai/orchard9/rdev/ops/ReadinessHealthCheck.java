package ai.orchard9.rdev.ops;

import com.codahale.metrics.health.HealthCheck;
import java.util.stream.Collectors;

/// `/ready` on the admin port's `/healthcheck`, for whoever looks there first.
final class ReadinessHealthCheck extends HealthCheck {
  private final Readiness readiness;

  ReadinessHealthCheck(Readiness readiness) {
    this.readiness = readiness;
  }

  @Override
  protected Result check() throws InterruptedException {
    var report = readiness.report();
    var said =
        report.checks().entrySet().stream()
            .map(it -> it.getKey() + ": " + it.getValue())
            .collect(Collectors.joining(", ", report.status() + "; ", ""));
    return report.isReady() ? Result.healthy(said) : Result.unhealthy(said);
  }
}
