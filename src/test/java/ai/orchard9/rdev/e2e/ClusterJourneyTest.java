package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.testing.cluster.FakeCluster;
import ai.orchard9.rdev.testing.cluster.PodSpec;
import org.junit.jupiter.api.Test;

/// The journey through a cluster, over one of our own.
final class ClusterJourneyTest {

  @Test
  void worksInPodsOfOurOwn() {
    assumeTrue(FakeCluster.isSupported(), "no namespaces can be made here");
    try (var cluster = FakeCluster.start()) {
      cluster.run(PodSpec.project("one"));
      cluster.run(PodSpec.project("two").busyboxOnly());

      assertThat(ClusterJourney.run(cluster.environment())).containsExactly("one", "two");
    }
  }
}
