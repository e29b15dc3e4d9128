package ai.orchard9.rdev.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What goes wrong on demand, goes wrong as asked and no longer.
@ExtendWith(ClusterExtension.class)
final class FakeClusterFaultTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final FakeCluster cluster;
  private final KubernetesClient client;

  FakeClusterFaultTest(FakeCluster cluster) {
    this.cluster = cluster;
    this.client = connect(2_000);
    cluster.run(PodSpec.project("demo"));
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  private KubernetesClient connect(int timeoutMillis) {
    var config =
        new ConfigBuilder(Config.fromKubeconfig(cluster.kubeconfig().toFile()))
            .withRequestRetryBackoffLimit(0)
            .withRequestTimeout(timeoutMillis)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private KubernetesClient connectedWithoutFile() {
    var config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(cluster.url())
            .withNamespace(cluster.namespace())
            .withOauthToken(cluster.token())
            .withRequestRetryBackoffLimit(0)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private void list() {
    client.pods().list(new ListOptionsBuilder().build());
  }

  private Exec exec(String script) {
    return Exec.of(client, "demo-0", "sh", "-c", script);
  }

  @Test
  void answersAnyStatusForTheNextCalls() {
    cluster.faults().lists().next(2).answer(503, "busy");

    for (var i = 0; i < 2; i++) {
      assertThatThrownBy(this::list)
          .isInstanceOfSatisfying(
              KubernetesClientException.class, it -> assertThat(it.getCode()).isEqualTo(503));
    }
    list();
  }

  @Test
  void refusesHangsAndCutsLists() {
    cluster.faults().lists().once().refuse();
    assertThatThrownBy(this::list).isInstanceOf(KubernetesClientException.class);
    cluster.faults().lists().once().hang();
    assertThatThrownBy(this::list).isInstanceOf(KubernetesClientException.class);
    cluster.faults().lists().once().cutAfter(200);
    assertThatThrownBy(this::list).isInstanceOf(KubernetesClientException.class);

    var slow = cluster.faults().lists().slow(200);
    assertThatThrownBy(this::list).isInstanceOf(KubernetesClientException.class);
    slow.clear();
    list();
  }

  @Test
  void forbidsAndAllows() {
    cluster.faults().forbid("create", "pods/exec");
    assertThatThrownBy(() -> exec("true")).isInstanceOf(KubernetesClientException.class);
    assertThat(refusal("demo-0", "main"))
        .startsWith("HTTP/1.1 403 ")
        .contains(
            "pods \\\"demo-0\\\" is forbidden: User"
                + " \\\"system:serviceaccount:rdev:rdev-api\\\" cannot create resource"
                + " \\\"pods/exec\\\" in API group \\\"\\\" in the namespace \\\"rdev\\\"");
    cluster.faults().forbid("list", "pods");
    assertThatThrownBy(this::list).hasMessageContaining("cannot list resource \"pods\"");
    assertThatThrownBy(() -> client.pods().inNamespace("other").withName("a").get())
        .hasMessageContaining("in the namespace \"other\"");
    assertThatThrownBy(() -> client.pods().withName("demo-0").delete())
        .hasMessageContaining("cannot delete resource \"pods\"");

    cluster.faults().clear();

    list();
    assertThat(cluster.calls()).contains(new Call("create", "pods", "exec", "demo-0"));
  }

  @Test
  void refusesAnOldToken() {
    var former = connectedWithoutFile();
    cluster.faults().rotateToken();

    assertThatThrownBy(() -> former.pods().list())
        .isInstanceOfSatisfying(
            KubernetesClientException.class, it -> assertThat(it.getCode()).isEqualTo(401));
    former.close();
    try (var fresh = connect(2_000)) {
      assertThat(fresh.pods().list().getItems()).hasSize(1);
    }
  }

  @Test
  void tellsWhyAnExecCannotBe() {
    assertThat(refusal("nobody", "main"))
        .startsWith("HTTP/1.1 404 ")
        .contains("pods \\\"nobody\\\" not found");
    assertThat(refusal("demo-0", "side"))
        .startsWith("HTTP/1.1 400 ")
        .contains("container side is not valid for pod demo-0");
    cluster.pod("demo-0").killContainer("main");
    assertThat(refusal("demo-0", "main"))
        .startsWith("HTTP/1.1 500 ")
        .contains("text/plain")
        .contains("container not found (\"main\")");
  }

  private String refusal(String pod, String container) {
    return RawCall.refusedUpgrade(
        cluster,
        "/api/v1/namespaces/rdev/pods/%s/exec?command=true&stdout=true&container=%s"
            .formatted(pod, container));
  }

  @Test
  void cutsEveryOpenExec() throws Exception {
    try (var exec = exec("echo up; exec sleep 100")) {
      await().atMost(LIMIT).until(() -> exec.out().equals("up\n"));
      assertThat(cluster.openExecs()).isEqualTo(1);

      cluster.faults().cutExecs();

      assertThat(exec.failure()).isNotNull();
      assertThat(exec.hasStatus()).isFalse();
    }
    assertThat(cluster.pod("demo-0").processes()).anyMatch(it -> it.args().equals("sleep 100"));
  }

  @Test
  void cutsAfterSoManyBytes() throws Exception {
    cluster.faults().execs().once().cutAfter(100_000);
    try (var exec = exec("head -c 1000000 /dev/zero")) {
      assertThat(exec.failure()).isNotNull();
      assertThat(exec.bytes().length).isLessThan(100_000);
    }
  }

  @Test
  void cutsAtRandom() {
    cluster.faults().execs().next(5).cutAfter(new Random(7), 100);
    for (var i = 0; i < 5; i++) {
      try (var exec = exec("head -c 1000000 /dev/zero")) {
        await().atMost(LIMIT).until(() -> exec.isOver());
        assertThat(exec.hasStatus()).isFalse();
      }
    }
  }

  @Test
  void closesWithoutStatus() throws Exception {
    cluster.faults().execs().once().closeWithoutStatus();
    try (var exec = exec("echo a; exit 3")) {
      assertThat(exec.closeCode()).isEqualTo(1000);
      assertThat(exec.hasStatus()).isFalse();
      assertThat(exec.out()).isEqualTo("a\n");
    }
  }

  @Test
  void sendsTheStatusBeforeTheLastOutput() throws Exception {
    cluster.faults().execs().once().earlyStatus();
    try (var exec = exec("echo a; exit 3")) {
      assertThat(exec.closeCode()).isEqualTo(1000);
      assertThat(exec.status().getReason()).isEqualTo("NonZeroExitCode");
      assertThat(exec.out()).isEqualTo("a\n");
    }
  }

  @Test
  void sendsNoise() throws Exception {
    cluster.faults().execs().once().garbage();
    try (var exec = exec("echo a")) {
      assertThat(exec.failure()).isNotNull();
    }
    cluster.faults().execs().once().oversized(3_000_000);
    try (var exec = exec("echo a")) {
      assertThat(exec.exitCode()).isZero();
      assertThat(exec.bytes()).hasSize(3_000_002);
    }
    cluster.faults().execs().once().unknownChannel();
    try (var exec = exec("echo a")) {
      await().atMost(LIMIT).until(exec::isOver);
    }
  }

  @Test
  void hangsAfterTheUpgrade() {
    cluster.faults().execs().once().hangOpen();
    try (var exec = exec("echo a")) {
      await().atMost(LIMIT).until(() -> cluster.openExecs() == 1);
      assertThat(cluster.pod("demo-0").processes()).hasSize(1);
      assertThat(exec.out()).isEmpty();
      cluster.faults().cutExecs();
    }
    await().atMost(LIMIT).until(() -> cluster.openExecs() == 0);
  }

  @Test
  void goesAwayAndComesBack() {
    try (var exec = exec("echo up; exec sleep 100")) {
      await().atMost(LIMIT).until(() -> exec.out().equals("up\n"));

      cluster.goAway();

      await().atMost(LIMIT).until(exec::isOver);
      assertThatThrownBy(this::list).isInstanceOf(KubernetesClientException.class);
    }
    cluster.comeBack();

    list();
    assertThat(cluster.pod("demo-0").processes()).anyMatch(it -> it.args().equals("sleep 100"));
  }

  @Test
  void readsNoFasterThanItsClient() {
    cluster.faults().execs().once().slow(100_000);
    try (var exec = exec("head -c 300000 /dev/zero; echo >/tmp/done; sleep 100")) {
      await().atMost(LIMIT).until(() -> exec.bytes().length > 10_000);
      assertThat(cluster.pod("demo-0").run("ls", "/tmp")).isEmpty();
      await().atMost(LIMIT).until(() -> cluster.pod("demo-0").run("ls", "/tmp").equals("done\n"));
    }
  }
}
