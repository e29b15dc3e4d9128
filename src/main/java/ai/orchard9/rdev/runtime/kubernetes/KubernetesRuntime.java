package ai.orchard9.rdev.runtime.kubernetes;

import ai.orchard9.rdev.runtime.Breaker;
import ai.orchard9.rdev.runtime.Listing;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.Runtime;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import ai.orchard9.rdev.runtime.Session;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Runs projects in pods of one namespace: those labelled `rdev.orchard9.ai/project=true`.
public final class KubernetesRuntime implements Runtime {
  private final KubernetesConfig config;
  private final Cluster cluster;
  private final PodCache pods;
  private final Execs execs;
  private final ClusterBreaker breaker;

  /// Connects to nothing yet.
  public KubernetesRuntime(KubernetesConfig config, PrometheusRegistry registry) {
    this.config = config;
    this.cluster = new Cluster(config);
    this.breaker = new ClusterBreaker(registry);
    this.pods = new PodCache(cluster, breaker, registry);
    this.execs = new Execs(cluster);
  }

  @Override
  public Listing list() throws RuntimeUnavailableException {
    return pods.list();
  }

  @Override
  public void watch(Consumer<Listing> changed) {
    pods.listen(changed);
  }

  @Override
  public Session open(Place place, List<String> argv) throws RuntimeUnavailableException {
    return breaker.run(() -> execs.open(place, argv));
  }

  @Override
  public boolean isAvailable() {
    return breaker.isClosed();
  }

  @Override
  public Optional<Breaker> breaker() {
    return Optional.of(breaker);
  }

  @Override
  public String spoolRoot() {
    return config.spoolRoot();
  }

  @Override
  public void close() {
    pods.close();
    cluster.close();
  }
}
