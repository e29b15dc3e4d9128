package ai.orchard9.rdev.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.execution.spool.Attempt;
import ai.orchard9.rdev.execution.spool.Launch;
import ai.orchard9.rdev.execution.spool.Marker;
import ai.orchard9.rdev.execution.spool.Spool;
import ai.orchard9.rdev.execution.spool.StartOrder;
import ai.orchard9.rdev.execution.spool.StartResult;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.project.ProjectModule;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.kubernetes.KubernetesConfig;
import ai.orchard9.rdev.runtime.kubernetes.KubernetesRuntime;
import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import ai.orchard9.rdev.testing.cluster.FakeCluster;
import ai.orchard9.rdev.testing.cluster.PodSpec;
import io.dropwizard.core.setup.Environment;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.okhttp.OkHttpClientFactory;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What sessions in pods and lists of pods take, beside the same done bare by fabric8.
final class PodsBenchmark {
  private static final int ROUNDS = 100;
  private static final int WARM_UP = 100;
  private static final int PODS = 1000;
  private static final List<String> ECHO = List.of("sh", "-c", "echo x");

  /// As between two commands of people: the next session is opened meanwhile.
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Report report =
      new Report("f. Pods", "ms", "p50", "p95", "p99", "bare p50", "ratio");

  @Test
  void measuresPods() throws Exception {
    measureSessions();
    measureLists();
    report
        .note(
            """
            100 of each after a warm-up of 100, by turns, over the API server that tests use: its pods are containers
            of this machine. Bare is fabric8 with the same transport: an exec of `sh -c 'echo x'` to its first byte, with
            pauses of 200 ms, and a list of the same pods. Targets: ≤ 10 ms for a session kept ready, ≤ 1.2 times bare
            for one that is opened, ≤ 5 ms for a list.\
            """)
        .note(
            """
            A session kept ready needs, for its first byte, the rename that decides the start, `setsid`, `bash`, and the
            way through FIFO, pump, file and `tail`. Of the time from POST to line that is a third. Another third are
            three durable commits (queued, claimed, and the line before anybody sees it), a seventh is HTTP's, and the
            rest wake-ups of threads.\
            """)
        .write();
  }

  private void measureSessions() throws Exception {
    var backend = new Backend.Cluster();
    try (var server = ServerProcess.named("pods", backend).database(TestPostgres.shared()).start();
        var client = bare(backend.cluster());
        var runtime = runtime(backend.cluster());
        var spool = spool(runtime)) {
      var place = runtime.list().found().getFirst().place();
      for (int i = 0; i < WARM_UP; i++) {
        EchoCommand.run(server);
        start(spool, place);
        exec(client);
        open(runtime, place);
      }
      var request = new Samples(ROUNDS);
      var warm = new Samples(ROUNDS);
      var cold = new Samples(ROUNDS);
      var bare = new Samples(ROUNDS);
      for (int i = 0; i < ROUNDS; i++) {
        Thread.sleep(PAUSE);
        request.add(EchoCommand.run(server).line());
        Thread.sleep(PAUSE);
        warm.add(start(spool, place));
        Thread.sleep(PAUSE);
        cold.time(() -> open(runtime, place));
        Thread.sleep(PAUSE);
        bare.time(() -> exec(client));
      }
      report
          .row(
              "a session kept ready: start order to the first byte of `echo x`", warm.against(bare))
          .row(
              "a session opened for the purpose, to the first byte of `echo x`", cold.against(bare))
          .row(
              "`echo x` answered with events: POST to its line, session kept ready",
              request.against(bare));
    }
  }

  private void measureLists() throws Exception {
    var backend = new Backend.Cluster();
    IntStream.range(1, PODS).forEach(i -> backend.cluster().put(pod(i)));
    try (var server =
            ServerProcess.named("lists", backend).database(TestPostgres.shared()).start();
        var client = bare(backend.cluster());
        var runtime = runtime(backend.cluster())) {
      var caller = Caller.admin("bench", "bench");
      var catalog =
          ProjectModule.install(
              new Environment("bench"),
              runtime,
              () -> Duration.ofSeconds(30),
              InstantSource.system(),
              new PrometheusRegistry());
      var api = server.client();
      var http = new Samples(ROUNDS);
      var inProcess = new Samples(ROUNDS);
      var bare = new Samples(ROUNDS);
      for (int i = -WARM_UP; i < ROUNDS; i++) {
        var kept = i >= 0;
        (kept ? http : new Samples(1))
            .time(() -> assertThat(api.get("/projects?limit=200").status()).isEqualTo(200));
        (kept ? inProcess : new Samples(1))
            .time(() -> assertThat(catalog.list(caller)).hasSize(PODS));
        (kept ? bare : new Samples(1)).time(() -> assertThat(list(client)).isEqualTo(PODS));
      }
      report
          .row("`GET /projects?limit=200` of 1,000 pods", http.against(bare))
          .row("all 1,000 from the catalog, without HTTP", inProcess.against(bare));
    }
  }

  private static Spool spool(KubernetesRuntime runtime) {
    return new Spool(runtime, 64L << 20, Duration.ofSeconds(10), new PrometheusRegistry());
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

  private static int list(KubernetesClient client) {
    return client
        .pods()
        .inNamespace("rdev")
        .withLabel("rdev.orchard9.ai/project", "true")
        .list()
        .getItems()
        .size();
  }

  private static void open(KubernetesRuntime runtime, Place place) throws Exception {
    try (var session = runtime.open(place, ECHO)) {
      assertThat(session.stdout().read()).isEqualTo('x');
    }
  }

  /// Nanoseconds from the order to the first byte.
  private static long start(Spool spool, Place place) throws Exception {
    var id = "cmd-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
    var attempt = new Attempt(id, 1);
    var asked = (StartResult.OtherInstance) spool.start(place, order(attempt, null));
    var order = order(attempt, asked.actual());
    var before = System.nanoTime();
    var follow = ((StartResult.Started) spool.start(place, order)).follow();
    assertThat(follow.stdout().read()).isEqualTo('x');
    var took = System.nanoTime() - before;
    assertThat(follow.stdout().readAllBytes()).asString().isEqualTo("\n");
    assertThat(follow.stderr().readAllBytes()).isEmpty();
    follow.done();
    return took;
  }

  private static StartOrder order(Attempt attempt, @Nullable String instance) {
    return new StartOrder(
        attempt,
        Marker.random(),
        1,
        instance,
        Duration.ofMinutes(1),
        new Launch.Shell("echo x"),
        Map.of(),
        "",
        new byte[0]);
  }

  private static Pod pod(int number) {
    return PodSpec.project("p-" + number)
        .annotation("rdev.orchard9.ai/name", "Project " + number)
        .pending();
  }
}
