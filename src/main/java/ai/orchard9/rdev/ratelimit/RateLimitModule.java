package ai.orchard9.rdev.ratelimit;

import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.database.Database;
import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;

/// Wires the room.
public final class RateLimitModule {
  private RateLimitModule() {}

  /// Limits every request that needs a key, and returns the limits that others ask.
  public static Limits install(
      Environment environment,
      Database database,
      AuditLog audit,
      ConfiguredLimits configured,
      InstantSource clock,
      BackgroundMetrics background,
      PrometheusRegistry registry) {
    var limits = new Limits(database.api(), audit, configured, System::nanoTime, background);
    var shared = new SharedClock(clock, System::nanoTime);
    var length = configured.rateLimitWindow();
    var window = new SlidingWindow(length, shared);
    var exchange = new RateCounts(database.background());
    environment.lifecycle().manage(limits);
    environment.lifecycle().manage(new Sharing(window, length, shared, exchange, background));
    environment.jersey().register(new RateLimitFeature(window, limits, registry));
    return limits;
  }
}
