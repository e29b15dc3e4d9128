package ai.orchard9.rdev.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The cluster looks like a real one to fabric8's own client.
final class FakeClusterTest {
  private static FakeCluster cluster;
  private static KubernetesClient client;

  @BeforeAll
  static void start() {
    assumeThat(FakeCluster.isSupported()).isTrue();
    cluster = FakeCluster.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(cluster.kubeconfig().toFile()))
            .build();
  }

  @AfterAll
  static void stop() {
    client.close();
    cluster.close();
    assertThat(cluster.kubeconfig()).doesNotExist();
  }

  @Test
  void listsPodsOfALabel() {
    var pod = cluster.run(PodSpec.project("listed"));

    var found = client.pods().withLabel("rdev.orchard9.ai/project-id", "listed").list().getItems();

    assertThat(found)
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it.getMetadata().getUid()).isEqualTo(pod.uid());
              assertThat(it.getStatus().getContainerStatuses().getFirst().getContainerID())
                  .isEqualTo(pod.containerId());
            });
  }

  @Test
  void runsACommandAndTellsItsEnd() throws Exception {
    cluster.run(PodSpec.project("plain"));

    try (var exec = Exec.of(client, "plain-0", "sh", "-c", "echo out; echo err >&2; pwd; exit 7")) {
      assertThat(exec.exitCode()).isEqualTo(7);
      assertThat(exec.out()).isEqualTo("out\n/workspace\n");
      assertThat(exec.err()).isEqualTo("err\n");
      assertThat(exec.closeCode()).isEqualTo(1000);
    }
    try (var exec = Exec.of(client, "plain-0", "nosuch")) {
      assertThat(exec.status().getMessage())
          .endsWith("exec: \"nosuch\": executable file not found in $PATH");
    }
    try (var exec = Exec.withInput(client, "plain-0", "head", "-n", "2")) {
      exec.send("a\nb\n");
      assertThat(exec.exitCode()).isEqualTo(0);
      assertThat(exec.out()).isEqualTo("a\nb\n");
    }
    try (var exec = Exec.of(client, "plain-0", "sh", "-c", "kill -KILL $$")) {
      assertThat(exec.exitCode()).isEqualTo(137);
      assertThat(exec.err()).isEqualTo("");
    }
  }

  @Test
  void passesTenMegabytesExactly() throws Exception {
    cluster.run(PodSpec.project("large"));
    var expected = new byte[10_000_000];
    Arrays.fill(expected, (byte) 'x');

    try (var exec =
        Exec.of(client, "large-0", "sh", "-c", "head -c 10000000 /dev/zero | tr '\\0' x")) {
      assertThat(exec.exitCode()).isZero();
      assertThat(exec.bytes()).isEqualTo(expected);
    }
  }

  @Test
  void aProcessOutlivesItsClientAndBlocks() {
    var pod = cluster.run(PodSpec.project("left"));

    try (var exec = Exec.of(client, "left-0", "sh", "-c", "exec cat /dev/zero")) {
      await().atMost(Duration.ofSeconds(10)).until(() -> exec.bytes().length > 1000);
    }

    await().atMost(Duration.ofSeconds(10)).until(() -> cluster.openExecs() == 0);
    assertThat(pod.processes()).anyMatch(it -> it.args().equals("cat /dev/zero"));
  }
}
