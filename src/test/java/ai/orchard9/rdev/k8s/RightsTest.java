package ai.orchard9.rdev.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The role lets the service do what it does, and nothing else.
final class RightsTest {

  @Test
  void theRoleIsWhatAServerAsksFor() {
    var backend = new Backend.Cluster();
    try (var server =
        ServerProcess.named("rights", backend).database(TestPostgres.shared()).start()) {
      var command = server.client().run("echo hi");
      assertThat(command.path("status").asText()).as(command.toString()).isEqualTo("completed");

      await().untilAsserted(() -> assertThat(asked(backend)).isEqualTo(Manifests.role()));
    }
  }

  private static Set<String> asked(Backend.Cluster backend) {
    return backend.cluster().calls().stream()
        .map(it -> it.verb() + " " + it.target())
        .collect(Collectors.toSet());
  }
}
