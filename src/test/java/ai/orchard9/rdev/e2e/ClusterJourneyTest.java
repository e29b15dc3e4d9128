package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.testing.cluster.FakeCluster;
import ai.orchard9.rdev.testing.cluster.PodSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The journey through a cluster, over one of our own.
final class ClusterJourneyTest {

  @Test
  void worksInPodsOfOurOwn() {
    assumeTrue(FakeCluster.isSupported(), "no namespaces can be made here");
    try (var cluster = FakeCluster.start()) {
      var pods =
          List.of(
              cluster.run(PodSpec.project("one")),
              cluster.run(PodSpec.project("two").busyboxOnly()));

      assertThat(ClusterJourney.run(cluster.environment())).containsExactly("one", "two");

      for (var pod : pods) {
        await("nothing is left in " + pod.name())
            .untilAsserted(
                () -> {
                  assertThat(pod.run("ls", "-A", "/tmp/.rdev").lines())
                      .singleElement(STRING)
                      .startsWith("instance-");
                  // Orphans of the command that was killed: PID 1 reaps nothing.
                  assertThat(pod.processes())
                      .filteredOn(it -> !it.args().equals("[sleep]"))
                      .hasSize(1);
                });
      }
    }
  }
}
