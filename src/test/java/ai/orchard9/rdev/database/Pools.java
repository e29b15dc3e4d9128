package ai.orchard9.rdev.database;

import com.codahale.metrics.MetricRegistry;
import io.dropwizard.db.ManagedDataSource;
import java.util.HashMap;

/// The service's connections, for tests.
public final class Pools {
  private Pools() {}

  /// As background work has them.
  public static ManagedDataSource background(DatabaseTarget target) {
    return Pool.BACKGROUND.open(target, new MetricRegistry(), "test");
  }

  /// As requests have them.
  public static ManagedDataSource requests(DatabaseTarget target) {
    return Pool.API.open(target, new MetricRegistry(), "test-requests");
  }

  /// One connection and no more, that prepares each statement when it is first used and chooses
  /// plans as those of requests do.
  public static ManagedDataSource single(DatabaseTarget target) {
    var factory = Pool.BACKGROUND.configure(target);
    factory.setMinSize(1);
    factory.setMaxSize(1);
    var properties = new HashMap<>(factory.getProperties());
    properties.put("prepareThreshold", "1");
    factory.setProperties(properties);
    factory.setInitializationQuery(
        factory.getInitializationQuery() + "; SET plan_cache_mode = auto");
    return Pool.open(factory, new MetricRegistry(), "test");
  }
}
