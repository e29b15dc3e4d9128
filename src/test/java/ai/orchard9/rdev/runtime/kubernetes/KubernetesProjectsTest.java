package ai.orchard9.rdev.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.runtime.Listing;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.Status;
import ai.orchard9.rdev.testing.cluster.ClusterExtension;
import ai.orchard9.rdev.testing.cluster.FakeCluster;
import ai.orchard9.rdev.testing.cluster.PodSpec;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The projects of a cluster: listed once, watched, and listed anew when the watch has failed.
@ExtendWith(ClusterExtension.class)
final class KubernetesProjectsTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final FakeCluster cluster;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final KubernetesRuntime runtime;

  KubernetesProjectsTest(FakeCluster cluster) {
    this.cluster = cluster;
    this.runtime = runtime(cluster, registry);
  }

  static KubernetesRuntime runtime(FakeCluster cluster, PrometheusRegistry registry) {
    return new KubernetesRuntime(
        new KubernetesConfig(
            cluster.kubeconfig().toString(), cluster.namespace(), "", KubernetesConfig.PING),
        registry);
  }

  @AfterEach
  void stop() {
    runtime.close();
  }

  @Test
  void findsPodsByTheirLabels() throws Exception {
    var pod = cluster.run(PodSpec.project("demo"));

    var found = runtime.list().found().getFirst();

    assertThat(found.status()).isEqualTo(Status.RUNNING);
    assertThat(found.place())
        .isEqualTo(
            new Place(
                "demo",
                new Place.Container(pod.name(), pod.uid(), "main", pod.containerId()),
                "?/workspace"));
  }

  @Test
  void isToldOfChangesWithoutAsking() throws Exception {
    var told = new AtomicReference<Listing>();
    runtime.watch(told::set);
    runtime.list();

    var pod = cluster.run(PodSpec.project("demo"));
    awaitProjects(told, 1);
    pod.delete();
    awaitProjects(told, 0);

    assertThat(cluster.calls()).filteredOn(it -> it.verb().equals("list")).hasSize(1);
  }

  @Test
  void listsAnewWhenTheWatchIsTooOld() throws Exception {
    var told = new AtomicReference<Listing>();
    runtime.watch(told::set);
    runtime.list();
    cluster.run(PodSpec.project("demo"));
    awaitProjects(told, 1);

    cluster.faults().loseState();
    cluster.run(PodSpec.project("other"));

    awaitProjects(told, 2);
  }

  @Test
  void countsWatchesThatCannotBegin() throws Exception {
    var told = new AtomicReference<Listing>();
    runtime.watch(told::set);
    assertThat(failures()).isZero();
    var fault = cluster.faults().watches().answer(500, "not now");

    runtime.list();

    await().atMost(SOON).until(() -> failures() == 1);
    fault.clear();
    runtime.list();
    cluster.run(PodSpec.project("demo"));
    awaitProjects(told, 1);
    assertThat(failures()).isEqualTo(1);
  }

  @Test
  void countsListsThatFailWhenAWatchHasEnded() throws Exception {
    var told = new AtomicReference<Listing>();
    runtime.watch(told::set);
    runtime.list();
    cluster.run(PodSpec.project("demo"));
    awaitProjects(told, 1);
    var fault = cluster.faults().lists().answer(500, "not now");

    cluster.faults().loseState();

    await().atMost(SOON).until(() -> failures() >= 1);
    cluster.run(PodSpec.project("other"));
    fault.clear();
    awaitProjects(told, 2);
  }

  private double failures() {
    return registry.scrape(it -> it.equals("rdev_pod_watch_failures")).stream()
        .flatMap(it -> ((CounterSnapshot) it).getDataPoints().stream())
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }

  private static void awaitProjects(AtomicReference<Listing> told, int count) {
    await().atMost(SOON).until(() -> told.get() != null && told.get().found().size() == count);
  }
}
