package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.Reader;
import ai.orchard9.rdev.testing.Repetitions;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import ai.orchard9.rdev.testing.cluster.PodSpec;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What a cluster can do to commands: cut connections, go away, restart containers, delete and
/// replace pods. Nothing is lost, nothing runs twice, and no end is made up.
final class ClusterTroubleTest {
  private static final Duration END_WITHIN = Duration.ofSeconds(90);
  private static final Duration SOON = Duration.ofSeconds(30);

  @Test
  void survivesConnectionsCutAtRandomMoments() {
    var seed = System.nanoTime();
    var random = new Random(seed);
    var backend = new Backend.Cluster();
    try (var server = server("cuts", backend)) {
      for (int i = 0; i < Repetitions.of(3, 50); i++) {
        var counting = Counting.to(60_000);
        var id = server.client().shell(counting.script("0.05"));
        var reader = Reader.follow(id, server.client());
        for (int cut = 0; cut < 3; cut++) {
          LockSupport.parkNanos(random.nextLong(400_000_000));
          backend.cluster().faults().cutExecs();
        }

        reader.awaitEnd(END_WITHIN).assertExact(server.client(), id);
        counting.assertRanOnce(server, id);
      }
      awaitNothingLeft(server, "seed " + seed);
    }
  }

  @Test
  void waitsForAClusterThatIsAway() {
    var backend = new Backend.Cluster();
    try (var server = server("away", backend)) {
      var client = server.client();
      var counting = Counting.to(100_000);
      var running = client.shell(counting.script("0.05"));
      var reader = Reader.follow(running, client);
      reader.awaitOutputs(10_000);

      backend.cluster().goAway();
      var back = System.nanoTime() + Duration.ofSeconds(Repetitions.of(12, 30)).toNanos();
      var waiting = client.shell("echo later");
      await("the breaker opens")
          .atMost(SOON)
          .until(() -> reason(client.command(waiting)).equals("cluster_unavailable"));
      var projects = client.get("/projects");
      assertThat(projects.status()).isEqualTo(200);
      assertThat(projects.data()).hasSize(1);
      await("the list is said to be stale")
          .atMost(Duration.ofSeconds(45))
          .until(() -> client.get("/projects").json().at("/meta/stale").asBoolean());
      await().atMost(SOON).until(() -> System.nanoTime() - back >= 0);
      backend.cluster().comeBack();

      reader.awaitEnd(END_WITHIN).assertExact(client, running);
      counting.assertRanOnce(server, running);
      assertThat(client.awaitEnd(waiting, SOON).path("status").asText()).isEqualTo("completed");
      await()
          .atMost(SOON)
          .until(() -> client.get("/projects").json().at("/meta/stale").isMissingNode());
    }
  }

  @Test
  void aDeletedPodIsGone() {
    var backend = new Backend.Cluster();
    try (var server = server("deleted", backend)) {
      var id = started(server, "echo begun; sleep 300");

      backend.demo().delete();

      assertFailed(server.client().awaitEnd(id, SOON), "PROJECT_GONE");
      assertThat(server.client().output(id)).asString(UTF_8).contains("begun\n");
      await().atMost(SOON).until(() -> server.client().get("/projects/demo").status() == 404);
    }
  }

  @Test
  void noCommandEndsUpInAnotherPodOfTheSameName() {
    var backend = new Backend.Cluster();
    try (var server = server("replaced", backend)) {
      var id = started(server, "echo begun; sleep 300");

      var other = backend.demo().replace();

      assertFailed(server.client().awaitEnd(id, SOON), "PROJECT_GONE");
      var next = server.client().run("echo next");
      assertThat(next.path("status").asText()).as(next.toString()).isEqualTo("completed");
      assertThat(other.run("sh", "-c", "ls /tmp/.rdev")).doesNotContain(id);
    }
  }

  /// Each costs a server and a cluster: the reduced run has the last ones.
  private static Stream<Arguments> reduced(int most, Arguments... all) {
    return Stream.of(all).skip(Repetitions.full() ? 0 : Math.max(0, all.length - most));
  }

  static Stream<Arguments> restarts() {
    return reduced(
        1,
        Arguments.of("a root of its own", PodSpec.project("demo")),
        Arguments.of("a spool that stays", PodSpec.project("demo").emptyDir("/tmp")),
        Arguments.of(
            "and processes that others see",
            PodSpec.project("demo").emptyDir("/tmp").sharedProcessNamespace()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("restarts")
  void theEndIsUnknownAfterARestartOfTheContainer(String name, PodSpec spec) {
    var backend = new Backend.Cluster(spec);
    try (var server = server("restarted", backend)) {
      var id = started(server, "echo begun; sleep 300");

      backend.demo().restartContainer();

      assertFailed(server.client().awaitEnd(id, SOON), "OUTCOME_UNKNOWN");
      var next = server.client().run("echo next");
      assertThat(next.path("status").asText()).as(name + next).isEqualTo("completed");
    }
  }

  static Stream<Arguments> images() {
    return reduced(
        2,
        Arguments.of("busybox", PodSpec.project("demo").busyboxOnly()),
        Arguments.of("dash", PodSpec.project("demo").dashOnly()),
        Arguments.of("a read-only root", PodSpec.project("demo").readOnlyRoot().emptyDir("/tmp")),
        Arguments.of("/dev/shm only", PodSpec.project("demo").shmOnly()),
        Arguments.of("not root", PodSpec.project("demo").nonRoot()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("images")
  void runsAndKillsInAnyPod(String name, PodSpec spec) {
    var backend = new Backend.Cluster(spec);
    try (var server = server("image", backend)) {
      var client = server.client();
      var done = client.run("echo out; echo err >&2; exit 7");
      assertThat(done.path("exit_code").asInt()).as(name + done).isEqualTo(7);
      assertThat(client.output(done.path("id").asText(), "stdout")).asString().isEqualTo("out\n");
      assertThat(client.output(done.path("id").asText(), "stderr")).asString().isEqualTo("err\n");

      var id = started(server, "setsid sleep 300 & sleep 300");
      client.post("/commands/" + id + "/cancel", Map.of("grace_seconds", 1));
      var killed = client.awaitEnd(id, SOON);
      assertThat(killed.path("status").asText()).as(killed.toString()).isEqualTo("cancelled");
      assertThat(killed.at("/kill/killed").asInt()).as(killed.toString()).isGreaterThanOrEqualTo(2);
      assertThat(killed.at("/kill/survivors")).isEmpty();
      awaitNothingLeft(server, name);
    }
  }

  static Stream<Arguments> uselessImages() {
    return Stream.of(
        Arguments.of(PodSpec.project("demo").nothingWritable(), "no usable spool directory"),
        Arguments.of(PodSpec.project("demo").noShell(), "no shell in the image: sh was not found"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("uselessImages")
  void saysWhyNothingCanStart(PodSpec spec, String why) {
    try (var server = server("useless", new Backend.Cluster(spec))) {
      var failed = server.client().run("echo hi");

      assertFailed(failed, "START_FAILED");
      assertThat(failed.at("/error/message").asText()).isEqualTo(why);
    }
  }

  @Test
  void saysWhatRightIsMissing() {
    var backend = new Backend.Cluster();
    try (var server = server("forbidden", backend)) {
      backend.cluster().faults().forbid("create", "pods/exec");

      var failed = server.client().run("echo hi");

      assertFailed(failed, "START_FAILED");
      assertThat(failed.at("/error/message").asText())
          .isEqualTo("exec forbidden: the service account needs create and get on pods/exec");
    }
  }

  @Test
  void aCommandWaitsForItsPod() {
    var backend = new Backend.Cluster();
    try (var server = server("not-ready", backend)) {
      var client = server.client();
      backend.demo().notReady();
      await()
          .atMost(SOON)
          .until(
              () -> client.get("/projects/demo").data().path("status").asText().equals("pending"));
      var id = client.shell("echo hi");
      assertThat(reason(client.command(id))).isEqualTo("project_not_running");

      backend.demo().ready();

      assertThat(client.awaitEnd(id, SOON).path("status").asText()).isEqualTo("completed");
    }
  }

  private static ServerProcess server(String name, Backend backend) {
    return ServerProcess.named(name, backend)
        .database(TestPostgres.shared())
        .environment("CACHE_TTL", "3s")
        .start();
  }

  private static String started(ServerProcess server, String script) {
    var id = server.client().shell("echo started >&2; " + script);
    Reader.follow(id, server.client()).awaitOutputs(1);
    return id;
  }

  private static String reason(JsonNode command) {
    return command.path("pending_reason").asText();
  }

  private static void assertFailed(JsonNode command, String code) {
    assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("failed");
    assertThat(command.at("/error/code").asText()).as(command.toString()).isEqualTo(code);
    assertThat(command.path("exit_code").isNull()).as(command.toString()).isTrue();
  }

  private static void awaitNothingLeft(ServerProcess server, String what) {
    await("nothing is left behind: " + what)
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(server.leftBehind())
                    // Of the command's own making: their parent was killed, and PID 1 reaps
                    // nothing.
                    .filteredOn(it -> !it.contains("[sleep]"))
                    .isEmpty());
  }
}
