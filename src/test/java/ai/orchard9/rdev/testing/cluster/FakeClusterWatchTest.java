package ai.orchard9.rdev.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Lists, pages, watches and informers see what a real API server would show.
@ExtendWith(ClusterExtension.class)
final class FakeClusterWatchTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final FakeCluster cluster;
  private final KubernetesClient client;

  FakeClusterWatchTest(FakeCluster cluster, KubernetesClient client) {
    this.cluster = cluster;
    this.client = client;
  }

  private static Pod data(String name) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withLabels(Map.of("team", "blue"))
        .endMetadata()
        .withNewSpec()
        .endSpec()
        .withNewStatus()
        .withPhase("Pending")
        .endStatus()
        .build();
  }

  private String version() {
    return client.pods().list().getMetadata().getResourceVersion();
  }

  private static ListOptions since(String version) {
    return new ListOptionsBuilder()
        .withResourceVersion(version)
        .withAllowWatchBookmarks(true)
        .build();
  }

  @Test
  void pagesShowOneMoment() {
    IntStream.range(0, 1_000).forEach(it -> cluster.put(data("pod-" + it)));

    var first = client.pods().list(new ListOptionsBuilder().withLimit(400L).build());
    cluster.put(data("late"));
    var second = client.pods().list(next(first.getMetadata().getContinue()));
    var third = client.pods().list(next(second.getMetadata().getContinue()));

    assertThat(first.getMetadata().getRemainingItemCount()).isEqualTo(600);
    assertThat(List.of(first, second, third))
        .extracting(it -> it.getItems().size())
        .containsExactly(400, 400, 200);
    assertThat(third.getMetadata().getResourceVersion())
        .isEqualTo(first.getMetadata().getResourceVersion());
    cluster.faults().compact();
    assertThatThrownBy(() -> client.pods().list(next(second.getMetadata().getContinue())))
        .isInstanceOfSatisfying(
            KubernetesClientException.class, it -> assertThat(it.getCode()).isEqualTo(410));
  }

  private static ListOptions next(String token) {
    return new ListOptionsBuilder().withLimit(400L).withContinue(token).build();
  }

  @Test
  void aWatchSeesWhatComesAfterItsVersion() {
    cluster.put(data("before"));
    var seen = new Seen();
    try (var _ = client.pods().withLabel("team", "blue").watch(since(version()), seen)) {
      cluster.put(data("a"));
      cluster.put(data("other", "red"));
      cluster.put(data("a", "red"));
      cluster.put(data("b"));
      cluster.remove("b");

      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(seen.events)
                      .containsSubsequence("ADDED a", "DELETED a", "ADDED b", "DELETED b"));
      assertThat(seen.events).noneMatch(it -> it.contains("before") || it.contains("other"));
      await().atMost(LIMIT).until(() -> seen.events.contains("BOOKMARK null"));
    }
    await().atMost(LIMIT).until(() -> cluster.openWatches() == 0);
  }

  private static Pod data(String name, String team) {
    return new PodBuilder(data(name))
        .editMetadata()
        .withLabels(Map.of("team", team))
        .endMetadata()
        .build();
  }

  @Test
  void aWatchThatComesTooLateIsToldSo() {
    var old = version();
    cluster.put(data("a"));
    cluster.faults().compact();

    var seen = new Seen();
    try (var _ = client.pods().watch(since(old), seen)) {
      await().atMost(LIMIT).until(() -> !seen.ends.isEmpty());
      assertThat(seen.ends.getFirst().isHttpGone()).isTrue();
    }
    cluster.faults().goneAsHttpStatus(true);
    assertThat(RawCall.get(cluster, "/api/v1/namespaces/rdev/pods?watch=1&resourceVersion=" + old))
        .startsWith("HTTP/1.1 410 ")
        .contains("\"reason\":\"Expired\"");
  }

  @Test
  void aPlainWatchEndsAtItsTimeout() {
    cluster.put(data("a"));

    assertThat(RawCall.get(cluster, "/api/v1/namespaces/rdev/pods?watch=true&timeoutSeconds=1"))
        .contains("Transfer-Encoding: chunked")
        .contains("{\"type\":\"ADDED\",\"object\":{")
        .endsWith("\r\n0\r\n\r\n");
  }

  @Test
  void anInformerSurvivesAllThatHappens() {
    cluster.put(data("a"));
    try (var informer = client.pods().inform()) {
      await().atMost(LIMIT).until(() -> informer.getStore().list().size() == 1);
      await().atMost(LIMIT).until(() -> cluster.openWatches() == 1);

      cluster.goAway();
      cluster.put(data("b"));
      cluster.remove("a");
      cluster.faults().compact();
      cluster.comeBack();
      await().atMost(LIMIT).until(() -> names(informer.getStore().list()).equals(List.of("b")));

      cluster.faults().loseState();
      cluster.put(data("c"));
      await()
          .atMost(LIMIT)
          .until(() -> names(informer.getStore().list()).equals(List.of("b", "c")));

      cluster.faults().dropWatches();
      cluster.put(data("d"));
      await()
          .atMost(LIMIT)
          .until(() -> names(informer.getStore().list()).equals(List.of("b", "c", "d")));
    }
  }

  private static List<String> names(List<Pod> pods) {
    return pods.stream().map(it -> it.getMetadata().getName()).sorted().toList();
  }

  @Test
  void aLostStateHasSmallVersions() {
    IntStream.range(0, 10).forEach(it -> cluster.put(data("pod-" + it)));
    var old = version();

    cluster.faults().loseState();

    assertThat(Long.parseLong(version())).isLessThan(Long.parseLong(old));
    var seen = new Seen();
    try (var _ = client.pods().watch(since(old), seen)) {
      await().atMost(LIMIT).until(() -> !seen.ends.isEmpty());
      assertThat(seen.ends.getFirst().isHttpGone()).isTrue();
    }
  }

  @Test
  void aPodsLifeIsSeen() {
    var seen = new Seen();
    try (Watch _ = client.pods().watch(since(version()), seen)) {
      var pod = cluster.run(PodSpec.project("demo"));
      pod.notReady();
      pod.restartContainer();
      pod.removeLabel("rdev.orchard9.ai/project");
      pod.replace();

      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(seen.events)
                      .filteredOn(it -> !it.startsWith("BOOKMARK"))
                      .containsExactly(
                          "ADDED demo-0",
                          "MODIFIED demo-0",
                          "MODIFIED demo-0",
                          "MODIFIED demo-0",
                          "MODIFIED demo-0",
                          "MODIFIED demo-0",
                          "DELETED demo-0",
                          "ADDED demo-0"));
    }
  }

  private static final class Seen implements Watcher<Pod> {
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<WatcherException> ends = new CopyOnWriteArrayList<>();

    @Override
    public void eventReceived(Action action, Pod pod) {
      events.add(action + " " + pod.getMetadata().getName());
    }

    @Override
    public void onClose(WatcherException why) {
      ends.add(why);
    }
  }
}
