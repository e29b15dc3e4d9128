package ai.orchard9.rdev.runtime.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.runtime.Exit;
import ai.orchard9.rdev.runtime.Found;
import ai.orchard9.rdev.runtime.Listing;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import ai.orchard9.rdev.runtime.Session;
import ai.orchard9.rdev.runtime.SessionRefusedException;
import ai.orchard9.rdev.runtime.SessionRefusedException.Reason;
import ai.orchard9.rdev.testing.cluster.ClusterExtension;
import ai.orchard9.rdev.testing.cluster.FakeCluster;
import ai.orchard9.rdev.testing.cluster.FakePod;
import ai.orchard9.rdev.testing.cluster.PodSpec;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sessions in the pods of a cluster, and what is said when it does not do as asked.
@ExtendWith(ClusterExtension.class)
final class KubernetesSessionsTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final FakeCluster cluster;
  private final KubernetesRuntime runtime;

  KubernetesSessionsTest(FakeCluster cluster) {
    this.cluster = cluster;
    this.runtime = KubernetesProjectsTest.runtime(cluster, new PrometheusRegistry());
  }

  @AfterEach
  void stop() {
    runtime.close();
  }

  @Test
  void runsAProgramAndConnectsItsStreams() throws Exception {
    var place = running();
    try (var session = runtime.open(place, List.of("sh", "-c", "cat; echo oops >&2; exit 7"))) {
      session.stdin().write("hello\n".getBytes(UTF_8));
      session.stdin().flush();
      var line = session.stdout().readNBytes(6);
      assertThat(line).asString().isEqualTo("hello\n");
      assertThat(session.waitFor(Duration.ofMillis(10))).isEqualTo(new Exit.Running());
    }
    try (var session =
        runtime.open(place, List.of("sh", "-c", "echo out; echo oops >&2; exit 7"))) {
      assertThat(session.stdout().readAllBytes()).asString().isEqualTo("out\n");
      assertThat(session.stderr().readAllBytes()).asString().isEqualTo("oops\n");
      assertThat(session.waitFor(SOON)).isEqualTo(new Exit.Exited(7));
    }
    try (var session = runtime.open(place, List.of("true"))) {
      assertThat(session.waitFor(SOON)).isEqualTo(new Exit.Exited(0));
    }
  }

  @Test
  void holdsBackWhatNobodyReads() throws Exception {
    var place = running();
    try (var session = runtime.open(place, List.of("head", "-c", "50000000", "/dev/zero"))) {
      var held = session.stdout();
      await().atMost(SOON).until(() -> held.available() >= 256 << 10);
      assertThat(held.available()).isLessThan(1 << 20);
      assertThat(held.readAllBytes()).hasSize(50_000_000);
      assertThat(session.waitFor(SOON)).isEqualTo(new Exit.Exited(0));
    }
  }

  @Test
  void neverTakesABrokenConnectionForAnEnd() throws Exception {
    var place = running();
    try (var session = runtime.open(place, List.of("sleep", "60"))) {
      cluster.faults().cutExecs();

      assertThat(session.stdout().readAllBytes()).isEmpty();
      assertThat(session.waitFor(SOON)).isInstanceOf(Exit.Unknown.class);
    }
    cluster.faults().execs().closeWithoutStatus();
    try (var session = runtime.open(place, List.of("true"))) {
      assertThat(session.stdout().readAllBytes()).isEmpty();
      assertThat(session.waitFor(SOON)).isEqualTo(new Exit.Unknown("closed without a status"));
    }
  }

  @Test
  void makesUpNoEndOutOfNoise() throws Exception {
    var place = running();
    cluster.faults().execs().once().garbage();
    cluster.faults().execs().next(2).unknownChannel();

    for (int i = 0; i < 2; i++) {
      try (var session = runtime.open(place, List.of("echo", "hi"))) {
        assertThat(session.waitFor(SOON)).isInstanceOf(Exit.Unknown.class);
      }
    }
  }

  @Test
  void losesNoOutputThatComesAfterTheStatus() throws Exception {
    var place = running();
    cluster.faults().execs().earlyStatus();

    try (var session = runtime.open(place, List.of("sh", "-c", "echo out; echo err >&2"))) {
      assertThat(session.stdout().readAllBytes()).asString().isEqualTo("out\n");
      assertThat(session.stderr().readAllBytes()).asString().isEqualTo("err\n");
      assertThat(session.waitFor(SOON)).isEqualTo(new Exit.Exited(0));
    }
  }

  @Test
  void waitsForNoSilentServerForEver() throws Exception {
    var place = running();
    var silent = cluster.faults().execs().hang();
    assertThatThrownBy(() -> runtime.open(place, List.of("true")))
        .isInstanceOf(RuntimeUnavailableException.class);
    silent.clear();
    cluster.faults().lists().hang();

    var begin = System.nanoTime();
    assertThatThrownBy(runtime::list).isInstanceOf(RuntimeUnavailableException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(6));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 429, 500, 503})
  void saysWhenTheClusterFails(int status) throws Exception {
    var place = running();
    cluster.faults().all().answer(status, "not now");

    assertThatThrownBy(runtime::list).isInstanceOf(RuntimeUnavailableException.class);
    assertThatThrownBy(() -> runtime.open(place, List.of("true")))
        .isInstanceOf(RuntimeUnavailableException.class);
  }

  @Test
  void readsANewTokenWhenTheOldOneIsRefused() throws Exception {
    var place = running();
    cluster.faults().rotateToken();

    assertThat(runtime.list().found()).hasSize(1);
    try (var session = runtime.open(place, List.of("true"))) {
      assertThat(session.waitFor(SOON)).isEqualTo(new Exit.Exited(0));
    }
  }

  @Test
  void namesWhatIsMissing() throws Exception {
    var place = running();
    try (var session = runtime.open(place, List.of("no-such-program"))) {
      assertThat(session.waitFor(SOON))
          .isEqualTo(new Exit.NotStarted("no shell in the image: sh was not found"));
    }
  }

  @Test
  void tellsRefusalsApart() throws Exception {
    var pod = cluster.run(PodSpec.project("demo"));
    var place = only(runtime.list()).place();

    cluster.faults().forbid("create", "pods/exec");
    assertRefused(
        place,
        Reason.UNUSABLE,
        "exec forbidden: the service account needs create and get on pods/exec");
    cluster.faults().clear();
    pod.restartContainer();
    assertRefused(place, Reason.RESTARTED, "container main of pod demo-0 was restarted");
    var other = pod.replace();
    assertRefused(place, Reason.GONE, "pod demo-0 is gone");
    other.delete();
    assertRefused(place, Reason.GONE, "pod demo-0 is gone");
  }

  @Test
  void waitsForAPodThatDoesNotRunYet() throws Exception {
    var pod = cluster.run(PodSpec.project("demo"));
    var place = only(runtime.list()).place();
    pod.phase("Failed");

    assertRefused(place, Reason.GONE, "pod demo-0 has ended");
  }

  @Test
  void entersNoOtherPodOfTheSameName() throws Exception {
    var pod = cluster.run(PodSpec.project("demo"));
    var place = only(runtime.list()).place();
    cluster.faults().execs().delay(Duration.ofMillis(1500));
    var replacing = Thread.ofVirtual().start(() -> replaceOnceAnExecIsUnderWay(pod));

    assertRefused(place, Reason.GONE, "pod demo-0 is gone");
    replacing.join();
  }

  @Test
  void stopsAskingAClusterThatDoesNotAnswer() throws Exception {
    var place = running();
    cluster.goAway();
    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> runtime.open(place, List.of("true")))
          .isInstanceOf(RuntimeUnavailableException.class);
    }
    assertThat(runtime.isAvailable()).isFalse();
    assertThatThrownBy(runtime::list).hasMessage("the circuit breaker is open");

    cluster.comeBack();

    await().atMost(Duration.ofSeconds(20)).until(this::canList);
    await().atMost(Duration.ofSeconds(20)).until(() -> canList() && runtime.isAvailable());
  }

  @Test
  void aPodThatRefusesDoesNotOpenTheBreaker() throws Exception {
    var pod = cluster.run(PodSpec.project("demo"));
    var place = only(runtime.list()).place();
    pod.delete();

    for (int i = 0; i < 30; i++) {
      assertRefused(place, Reason.GONE, "pod demo-0 is gone");
    }

    assertThat(runtime.isAvailable()).isTrue();
  }

  private boolean canList() {
    try {
      runtime.list();
      return true;
    } catch (RuntimeUnavailableException e) {
      return false;
    }
  }

  private void replaceOnceAnExecIsUnderWay(FakePod pod) {
    await()
        .atMost(SOON)
        .until(() -> cluster.calls().stream().anyMatch(it -> it.subresource().equals("exec")));
    pod.replace();
  }

  private Place running() throws RuntimeUnavailableException {
    cluster.run(PodSpec.project("demo"));
    return only(runtime.list()).place();
  }

  private void assertRefused(Place place, Reason reason, String message) {
    ThrowingCallable open =
        () -> {
          try (Session session = runtime.open(place, List.of("true"))) {
            throw new AssertionError("opened: " + session);
          }
        };
    assertThatThrownBy(open)
        .isInstanceOfSatisfying(
            SessionRefusedException.class,
            it -> {
              assertThat(it.reason()).as(it.getMessage()).isEqualTo(reason);
              assertThat(it).hasMessage(message);
            });
  }

  private static Found only(Listing listing) {
    assertThat(listing.found()).hasSize(1);
    return listing.found().getFirst();
  }
}
