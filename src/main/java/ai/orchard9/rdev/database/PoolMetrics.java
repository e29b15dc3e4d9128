package ai.orchard9.rdev.database;

import io.dropwizard.db.ManagedDataSource;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.apache.tomcat.jdbc.pool.DataSourceProxy;

/// What the pools have, give and lack.
final class PoolMetrics {
  private final Map<String, DataSourceProxy> pools = new TreeMap<>();

  /// @param opened by the name that labels show
  PoolMetrics(Map<String, ManagedDataSource> opened) {
    opened.forEach(
        (name, source) -> {
          if (source instanceof DataSourceProxy pool) {
            pools.put(name, pool);
          }
        });
  }

  void register(PrometheusRegistry registry) {
    GaugeWithCallback.builder()
        .name("rdev_database_connections")
        .help("Connections to the database, in use (active) or not (idle)")
        .labelNames("pool", "state")
        .callback(
            callback ->
                pools.forEach(
                    (name, pool) -> {
                      callback.call(pool.getActive(), name, "active");
                      callback.call(pool.getIdle(), name, "idle");
                    }))
        .register(registry);
    gauge(
        registry,
        "rdev_database_connections_limit",
        "How many connections there may be",
        DataSourceProxy::getMaxActive);
    gauge(
        registry,
        "rdev_database_waiting",
        "Threads that wait for a connection",
        DataSourceProxy::getWaitCount);
  }

  private void gauge(
      PrometheusRegistry registry, String name, String help, ToIntFunction<DataSourceProxy> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("pool")
        .callback(
            callback -> pools.forEach((pool, it) -> callback.call(value.applyAsInt(it), pool)))
        .register(registry);
  }
}
