package ai.orchard9.rdev.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.kubernetes.KubernetesConfig;
import ai.orchard9.rdev.runtime.kubernetes.KubernetesRuntime;
import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.SseClient;
import ai.orchard9.rdev.testing.TestPostgres;
import ai.orchard9.rdev.testing.cluster.FakeCluster;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.okhttp.OkHttpClientFactory;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What a session in a pod takes, opened for the purpose and kept ready, beside a bare exec of
/// fabric8.
final class PodsBenchmark {
  private static final int COMMANDS = 100;
  private static final int WARM_UP = 100;
  private static final String SHELL = "/projects/" + ApiClient.DEMO + "/shell";
  private static final List<String> ECHO = List.of("sh", "-c", "echo x");

  /// As between two commands of people: the next session is opened meanwhile.
  private static final Duration PAUSE = Duration.ofMillis(200);

  @Test
  void measuresSessionsInPods() throws Exception {
    var backend = new Backend.Cluster();
    try (var server = ServerProcess.named("pods", backend).database(TestPostgres.shared()).start();
        var client = bare(backend.cluster());
        var runtime = runtime(backend.cluster())) {
      var place = runtime.list().found().getFirst().place();
      for (int i = 0; i < WARM_UP; i++) {
        firstByte(server);
        exec(client);
        open(runtime, place);
      }
      var warm = new Samples(COMMANDS);
      var cold = new Samples(COMMANDS);
      var bare = new Samples(COMMANDS);
      for (int i = 0; i < COMMANDS; i++) {
        pause();
        warm.add(firstByte(server));
        pause();
        cold.time(() -> open(runtime, place));
        pause();
        bare.time(() -> exec(client));
      }

      new Report("f. Sessions in pods", "ms", "p50", "p95", "p99", "bare p50", "ratio")
          .row(
              "`echo x` answered with events: POST to its line, session kept ready",
              against(warm, bare))
          .row(
              "a session opened for the purpose, to the first byte of `echo x`",
              against(cold, bare))
          .note(
              """
              100 of each after a warm-up of 100, by turns, with pauses of 200 ms, over the API server that tests use: \
              its pods are containers of this machine. Bare is an exec of `sh -c 'echo x'` by fabric8 with the same \
              transport, to its first byte. Targets: ≤ 10 ms for a session kept ready, ≤ 1.2 times bare for one that is \
              opened.\
              """)
          .write();
    }
  }

  private static KubernetesRuntime runtime(FakeCluster cluster) {
    return new KubernetesRuntime(
        new KubernetesConfig(
            cluster.kubeconfig().toString(), cluster.namespace(), "", KubernetesConfig.PING),
        new PrometheusRegistry());
  }

  private static KubernetesClient bare(FakeCluster cluster) {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(cluster.kubeconfig().toFile()))
        .withHttpClientFactory(new OkHttpClientFactory())
        .build();
  }

  private static void exec(KubernetesClient client) throws Exception {
    try (var watch =
        client
            .pods()
            .inNamespace("rdev")
            .withName("demo-0")
            .redirectingOutput()
            .exec(ECHO.toArray(String[]::new))) {
      assertThat(watch.getOutput().read()).isEqualTo('x');
    }
  }

  private static void open(KubernetesRuntime runtime, Place place) throws Exception {
    try (var session = runtime.open(place, ECHO)) {
      assertThat(session.stdout().read()).isEqualTo('x');
    }
  }

  private static long firstByte(ServerProcess server) {
    var before = System.nanoTime();
    var took = 0L;
    try (var events =
        SseClient.post(server.uri(), ServerProcess.KEY, SHELL, Map.of("command", "echo x"))) {
      for (var event = events.next(); event.isPresent(); event = events.next()) {
        if (event.get().name().equals("output") && took == 0) {
          took = System.nanoTime() - before;
        }
      }
    }
    assertThat(took).isPositive();
    return took;
  }

  private static String[] against(Samples samples, Samples bare) {
    var cells = samples.cells();
    return new String[] {
      cells[0],
      cells[1],
      cells[2],
      Samples.text(bare.median()),
      Samples.text(samples.median() / bare.median())
    };
  }

  private static void pause() throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
  }
}
