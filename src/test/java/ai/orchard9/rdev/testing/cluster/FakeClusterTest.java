package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.Processes;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// The cluster looks like a real one to fabric8's own client.
@ExtendWith(ClusterExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FakeClusterTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final FakeCluster cluster;
  private final KubernetesClient client;

  FakeClusterTest(FakeCluster cluster, KubernetesClient client) {
    this.cluster = cluster;
    this.client = client;
  }

  @AfterAll
  void leavesNothing() {
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

    try (var _ =
        Exec.withInput(
            client, "left-0", "sh", "-c", "cat; echo end >/tmp/end; exec cat /dev/zero")) {
      await().atMost(LIMIT).until(() -> cluster.openExecs() == 1);
      assertThat(pod.run("ls", "/tmp")).isEmpty();
    }

    await().atMost(LIMIT).until(() -> cluster.openExecs() == 0);
    await().atMost(LIMIT).until(() -> pod.run("ls", "/tmp").equals("end\n"));
    await().atMost(LIMIT).until(() -> written(pod).equals(written(pod)));
    assertThat(pod.processes())
        .anyMatch(it -> it.args().equals("cat /dev/zero") && it.state() == 'S');
  }

  private static String written(FakePod pod) {
    var zero = pod.processes().stream().filter(it -> it.args().equals("cat /dev/zero")).findFirst();
    return zero.map(it -> pod.run("grep", "wchar", "/proc/" + it.pid() + "/io")).orElse("none");
  }

  @Test
  void speaksTheFifthProtocolToo() throws Exception {
    cluster.run(PodSpec.project("fifth"));
    var frames = new Frames();
    try (var http = HttpClient.newHttpClient()) {
      var socket =
          http.newWebSocketBuilder()
              .header("Authorization", "Bearer " + cluster.token())
              .subprotocols("v5.channel.k8s.io", "v4.channel.k8s.io")
              .buildAsync(
                  URI.create(
                      cluster.url().replace("http", "ws")
                          + "/api/v1/namespaces/rdev/pods/fifth-0/exec"
                          + "?command=cat&stdin=true&stdout=true&stderr=true"),
                  frames)
              .get(20, SECONDS);
      assertThat(socket.getSubprotocol()).isEqualTo("v5.channel.k8s.io");
      socket.sendPing(ByteBuffer.wrap(new byte[] {7})).get(20, SECONDS);
      socket.sendBinary(ByteBuffer.wrap(new byte[] {0, 'h', 'i'}), true).get(20, SECONDS);
      socket.sendBinary(ByteBuffer.wrap(new byte[] {(byte) 255, 0}), true).get(20, SECONDS);

      assertThat(frames.closed.get(20, SECONDS)).isEqualTo(1000);
    }
    assertThat(frames.texts)
        .containsExactly(
            "\1", "\2", "\3", "pong 1", "\1hi", "\3{\"metadata\":{},\"status\":\"Success\"}");
  }

  private static final class Frames implements WebSocket.Listener {
    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      texts.add(UTF_8.decode(data).toString());
      socket.request(1);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
      texts.add("pong " + data.remaining());
      socket.request(1);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete(code);
      return CompletableFuture.completedStage(null);
    }
  }

  @Test
  void leavesNothingWhenItsJvmIsKilled() throws Exception {
    var crashing =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                CrashingCluster.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var line = crashing.inputReader(UTF_8).readLine();
    var folder = Path.of(Objects.requireNonNull(line));
    assertThat(folder).exists();
    assertThat(Processes.running(folder.toString())).isNotEmpty();

    crashing.destroyForcibly();

    await().atMost(LIMIT).until(() -> !Files.exists(folder));
    assertThat(Processes.touching(folder)).isEmpty();
  }
}
