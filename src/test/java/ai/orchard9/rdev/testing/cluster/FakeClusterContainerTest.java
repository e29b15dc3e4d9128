package ai.orchard9.rdev.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.Processes;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// Pods are real containers, each of the kind that was asked for.
@ExtendWith(ClusterExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FakeClusterContainerTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String WRITABLE =
      "for d in / /tmp /var/tmp /root /home/user /workspace /run /dev /dev/shm /etc /usr;"
          + " do (: >$d/try) 2>/dev/null && echo $d; done";

  private final FakeCluster cluster;
  private final KubernetesClient client;

  FakeClusterContainerTest(FakeCluster cluster, KubernetesClient client) {
    this.cluster = cluster;
    this.client = client;
  }

  @AfterAll
  void leavesNothing() {
    var folder = cluster.kubeconfig().resolveSibling("");
    cluster.close();
    assertThat(folder).doesNotExist();
    assertThat(Processes.touching(folder)).isEmpty();
  }

  @Test
  void theFirstProcessSleepsAndLeavesZombies() {
    var pod = cluster.run(PodSpec.project("zombies"));

    assertThat(pod.run("sh", "-c", "hostname; tr '\\0' ' ' </proc/1/cmdline"))
        .isEqualTo("zombies-0\nsleep infinity ");
    pod.run("sh", "-c", "(sleep 0.01 &)");

    await().atMost(LIMIT).until(() -> pod.processes().stream().anyMatch(PodProcess::isZombie));
    assertThat(pod.processes().getFirst()).isEqualTo(new PodProcess(1, 'S', "sleep infinity"));
    assertThat(pod.processes().getLast().args()).isEqualTo("[sleep]");
  }

  @Test
  void eachPodHasItsOwnFilesAndProcesses() {
    var one = cluster.run(PodSpec.project("one"));
    var two = cluster.run(PodSpec.project("two"));
    one.run("sh", "-c", "echo 1 >/tmp/mine; echo 1 >/dev/shm/mine; echo 1 >/workspace/mine");

    assertThat(one.run("cat", "/tmp/mine", "/dev/shm/mine", "mine")).isEqualTo("1\n1\n1\n");
    assertThat(two.run("sh", "-c", "ls /tmp /dev/shm /workspace; set -- /proc/[0-9]*; echo $#"))
        .isEqualTo("/dev/shm:\n\n/tmp:\n\n/workspace:\n2\n");
  }

  @Test
  void aCommandLeadsItsOwnSessionAndIsNobodysChild() {
    var pod = cluster.run(PodSpec.project("leader"));

    assertThat(pod.run("sh", "-c", "ps -o ppid=,pgid=,sid= -p $$ | tr -s ' '; echo $$; :"))
        .matches("(?s) 0 (\\d+) \\1\n\\1\n");
  }

  @Test
  void aRestartedContainerHasFreshFilesButItsVolumes() {
    var pod = cluster.run(PodSpec.project("again").emptyDir("/tmp"));
    var before = pod.containerId();
    pod.run("sh", "-c", "echo kept >/tmp/a; echo lost >/workspace/a; echo kept >/dev/shm/a");

    pod.restartContainer();

    assertThat(pod.run("sh", "-c", "cat /tmp/a /dev/shm/a; ls")).isEqualTo("kept\nkept\n");
    assertThat(pod.containerId()).isNotEqualTo(before);
    var status =
        client.pods().withName("again-0").get().getStatus().getContainerStatuses().getFirst();
    assertThat(status.getRestartCount()).isEqualTo(1);
    assertThat(status.getContainerID()).isEqualTo(pod.containerId());
  }

  @Test
  void anExecEndsWith137WhenItsPodIsDeleted() throws Exception {
    var pod = cluster.run(PodSpec.project("deleted"));

    try (var exec = Exec.of(client, "deleted-0", "sh", "-c", "echo up; sleep 100")) {
      await().atMost(LIMIT).until(() -> exec.out().equals("up\n"));
      pod.delete();
      assertThat(exec.exitCode()).isEqualTo(137);
    }

    assertThat(client.pods().withName("deleted-0").get()).isNull();
    assertThat(pod.processes()).isEmpty();
  }

  @Test
  void aReplacedPodHasTheSameNameAndNothingElse() {
    var pod = cluster.run(PodSpec.project("replaced"));
    pod.run("sh", "-c", "echo 1 >/tmp/a");

    var next = pod.replace();

    assertThat(next.name()).isEqualTo(pod.name());
    assertThat(next.uid()).isNotEqualTo(pod.uid());
    assertThat(next.run("ls", "/tmp")).isEmpty();
    assertThat(cluster.pod("replaced-0")).isSameAs(next);
  }

  @Test
  void containersMayShareProcessesAndRestartAlone() {
    var pod =
        cluster.run(
            PodSpec.project("shared").containers("main", "sidecar").sharedProcessNamespace());
    pod.run("sh", "-c", "sleep 111 >/dev/null 2>&1 & setsid sleep 222 >/dev/null 2>&1 &");
    pod.runIn("sidecar", "sh", "-c", "sleep 333 >/dev/null 2>&1 &");

    assertThat(pod.runIn("sidecar", "ps", "-eo", "args")).contains("sleep 111", "sleep 222");
    pod.restartContainer("main");

    assertThat(pod.processes().stream().map(PodProcess::args))
        .contains("sleep 333")
        .doesNotContain("sleep 111", "sleep 222");
    assertThat(pod.processes()).noneMatch(PodProcess::isZombie);
    assertThat(pod.run("true")).isEmpty();
  }

  @Test
  void containersOfAPodAreApartOtherwise() {
    var pod = cluster.run(PodSpec.project("apart").containers("main", "sidecar").emptyDir("/data"));
    pod.run("sh", "-c", "echo 1 >/data/a; echo 1 >/tmp/a");

    assertThat(pod.runIn("sidecar", "sh", "-c", "cat /data/a; ls /tmp")).isEqualTo("1\n");
  }

  @Test
  void busyboxOnlyHasNothingElse() {
    var pod = cluster.run(PodSpec.project("busy").busyboxOnly());

    assertThat(pod.run("sh", "-c", "readlink -f $(command -v sh); command -v bash dash perl"))
        .isEqualTo("/bin/busybox\n");
    assertThat(
            pod.run("sh", "-c", "ls /bin | while read a; do readlink -f /bin/$a; done | sort -u"))
        .isEqualTo("/bin/busybox\n");
    assertThat(pod.processes().getFirst().args()).isEqualTo("sleep infinity");
  }

  @Test
  void dashOnlyHasNoBash() throws Exception {
    var pod = cluster.run(PodSpec.project("dash").dashOnly());

    assertThat(
            pod.run("sh", "-c", "command -v bash ps; echo ${BASH_VERSION-none}; date +%s | wc -l"))
        .isEqualTo("none\n1\n");
    try (var exec = Exec.of(client, "dash-0", "bash")) {
      assertThat(exec.status().getMessage())
          .endsWith("exec: \"bash\": executable file not found in $PATH");
    }
  }

  @Test
  void noShellHasNone() throws Exception {
    var pod = cluster.run(PodSpec.project("bare").noShell());

    assertThat(pod.run("cat", "/etc/hostname")).isEqualTo("bare-0\n");
    for (var shell : List.of("sh", "/bin/sh", "bash", "busybox")) {
      try (var exec = Exec.of(client, "bare-0", shell, "-c", "true")) {
        assertThat(exec.status().getReason()).isEqualTo("InternalError");
      }
    }
  }

  @Test
  void anOrdinaryPodCanWriteEverywhereButToItsImage() {
    var pod = cluster.run(PodSpec.project("writes"));

    assertThat(pod.run("sh", "-c", WRITABLE).lines())
        .containsExactly(
            "/",
            "/tmp",
            "/var/tmp",
            "/root",
            "/home/user",
            "/workspace",
            "/run",
            "/dev",
            "/dev/shm",
            "/etc");
  }

  @Test
  void readOnlyRootLeavesVolumesAndDevices() {
    var pod = cluster.run(PodSpec.project("readonly").readOnlyRoot().emptyDir("/tmp"));

    assertThat(pod.run("sh", "-c", WRITABLE)).isEqualTo("/tmp\n/dev\n/dev/shm\n");
  }

  @Test
  void shmOnlyLeavesOnePlace() {
    var pod = cluster.run(PodSpec.project("shm").shmOnly().emptyDir("/data"));

    assertThat(pod.run("sh", "-c", WRITABLE)).isEqualTo("/dev/shm\n");
    assertThat(pod.run("sh", "-c", "echo x >/dev/null; : >/data/a")).contains("Read-only");
  }

  @Test
  void nothingWritableLeavesNone() {
    var pod = cluster.run(PodSpec.project("nowhere").nothingWritable());

    assertThat(pod.run("sh", "-c", WRITABLE)).isEmpty();
  }

  @Test
  void nonRootIsUser1000() {
    var pod = cluster.run(PodSpec.project("user").nonRoot());

    assertThat(pod.run("sh", "-c", "id -u; id -g; stat -c %u /proc/1; echo $HOME"))
        .isEqualTo("1000\n1000\n1000\n/home/user\n");
    assertThat(pod.run("sh", "-c", WRITABLE).lines())
        .containsExactly("/tmp", "/var/tmp", "/home/user", "/workspace", "/dev/shm");
    assertThat(pod.run("sh", "-c", "grep CapEff /proc/self/status")).endsWith("0000000000000000\n");
  }

  @Test
  void aNonRootBusyboxCanReopenItsOutput() throws Exception {
    cluster.run(PodSpec.project("reopen").nonRoot().busyboxOnly());

    try (var exec =
        Exec.of(client, "reopen-0", "sh", "-c", "echo a >/dev/stdout; echo b >/dev/stderr")) {
      assertThat(exec.exitCode()).isZero();
      assertThat(exec.out()).isEqualTo("a\n");
      assertThat(exec.err()).isEqualTo("b\n");
    }
  }

  @Test
  void aPodStartsFast() {
    cluster.run(PodSpec.project("warm"));
    var start = System.nanoTime();

    cluster.run(PodSpec.project("fast"));

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(800));
  }
}
