package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.testing.cluster.FakeCluster;
import java.util.HashMap;
import org.junit.jupiter.api.Test;

/// The same journey, with `mvn -Pcluster verify`, in the cluster that `KUBECONFIG` points to.
final class ExistingClusterJourney {

  @Test
  void worksInTheClusterThatKubeconfigPointsTo() {
    var kubeconfig = System.getenv().getOrDefault("KUBECONFIG", "");
    assumeTrue(!kubeconfig.isBlank(), "KUBECONFIG is not set: there is no cluster to try");
    var environment = new HashMap<String, String>();
    environment.put("KUBECONFIG", kubeconfig);
    environment.put("RDEV_BACKEND", "kubernetes");
    environment.put("RDEV_SPOOL", "");
    environment.put("WEBHOOK_SECRET_KEY", FakeCluster.WEBHOOK_SECRET_KEY);
    environment.put("RDEV_NAMESPACE", System.getenv().getOrDefault("RDEV_NAMESPACE", "rdev"));

    assertThat(ClusterJourney.run(environment))
        .as("pods labelled rdev.orchard9.ai/project=true that are ready")
        .isNotEmpty();
  }
}
