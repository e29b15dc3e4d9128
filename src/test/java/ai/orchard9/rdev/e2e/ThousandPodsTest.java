package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.Processes;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import ai.orchard9.rdev.testing.cluster.PodSpec;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A namespace with a thousand projects.
final class ThousandPodsTest {
  private static final int PODS = 1000;

  /// As much as `kubectl apply` leaves in a pod of some size.
  private static final String LAST_APPLIED = "x".repeat(20_000);

  @Test
  void areListedOnceAndKeptSmall() {
    var backend = new Backend.Cluster();
    IntStream.range(1, PODS).forEach(i -> backend.cluster().put(pod(i)));
    try (var server =
        ServerProcess.named("thousand", backend)
            .database(TestPostgres.shared())
            .environment("CACHE_TTL", "1h")
            .start()) {
      var client = server.client();
      assertThat(all(client)).hasSize(PODS);
      for (int i = 0; i < 100; i++) {
        assertThat(client.get("/projects").status()).isEqualTo(200);
        assertThat(client.get("/projects/p-500").status()).isEqualTo(200);
      }
      assertThat(backend.cluster().calls()).filteredOn(it -> it.verb().equals("list")).hasSize(1);

      var before = Processes.residentBytes(server.pid());
      backend.cluster().put(pod(PODS));
      await().until(() -> client.get("/projects/p-" + PODS).status() == 200);
      for (int i = 0; i < 50; i++) {
        backend.cluster().put(pod(i + 1));
      }

      assertThat(Processes.residentBytes(server.pid()) - before).isLessThan(64L << 20);
    }
  }

  private static Set<String> all(ApiClient client) {
    var ids = new HashSet<String>();
    for (var path = "/projects?limit=200"; !path.isEmpty(); ) {
      var page = client.get(path);
      page.data().forEach(it -> ids.add(it.path("id").asText()));
      var next = page.json().at("/meta/next_cursor");
      path = next.isNull() ? "" : "/projects?limit=200&cursor=" + next.asText();
    }
    return ids;
  }

  private static Pod pod(int number) {
    return PodSpec.project("p-" + number)
        .annotation("kubectl.kubernetes.io/last-applied-configuration", LAST_APPLIED)
        .pending();
  }
}
