package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import ai.orchard9.rdev.testing.cluster.PodSpec;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Operators see what a server sees of the cluster, and why a pod is no project.
final class ProjectsTaskTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String ID = "rdev.orchard9.ai/project-id";

  @Test
  void tellsWhyAPodIsLeftOutAndWhyNothingCanBeListed() {
    var backend = new Backend.Cluster();
    var cluster = backend.cluster();
    cluster.run(PodSpec.project("stray").withoutLabel(ID));
    cluster.run(PodSpec.project("demo").named("zweiter"));
    cluster.run(PodSpec.project("waiting")).notReady();
    try (var server =
        ServerProcess.named("projects-task", backend)
            .database(TestPostgres.shared())
            .environment("CACHE_TTL", "1s")
            .start()) {
      var admin = server.admin();
      await("all pods are seen")
          .atMost(SOON)
          .until(() -> admin.run("projects").lines().contains("left_out=2"));

      var lines = admin.run("projects").lines();
      assertThat(lines)
          .containsSubsequence(
              "known=true",
              "cluster_available=true",
              "stale=false",
              "projects=2",
              "left_out=2",
              "left_out_because=stray-0: no label " + ID,
              "left_out_because=zweiter: project demo is served by demo-0")
          .anyMatch(it -> it.matches("age_seconds=\\d+"))
          .anyMatch(it -> it.startsWith("project=demo status=running pod=demo-0 warning=2 ready"))
          .contains(
              "project=waiting status=pending pod=waiting-0 warning=pod waiting-0 is not ready");
      assertThat(admin.run("projects?project=waiting").lines())
          .contains("projects=2", "left_out=2")
          .filteredOn(it -> it.startsWith("project=") || it.startsWith("left_out_because="))
          .hasSize(1);

      var calls = cluster.calls().size();
      cluster.faults().forbid("list", "pods");
      cluster.faults().forbid("watch", "pods");
      await("it says so")
          .atMost(SOON)
          .until(
              () -> {
                server.client().get("/projects");
                return admin.run("projects").lines();
              },
              it -> it.stream().anyMatch(line -> line.startsWith("stale_since=2")));
      assertThat(admin.run("projects").lines())
          .contains("stale=true", "projects=2")
          .anyMatch(it -> it.startsWith("not_listed_because=pods cannot be listed: forbidden: "));
      assertThat(cluster.calls().size()).isGreaterThan(calls);
    }
  }

  @Test
  void asksTheClusterNothing() {
    var server = SharedPair.one();
    assertThat(server.admin().run("projects?project=demo").lines())
        .contains("known=true", "stale=false", "left_out=0", "project=demo status=running");
    assertThat(server.admin().run("projects?project=nowhere").lines())
        .noneMatch(it -> it.startsWith("project="));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "projects?pod=x | error=pod: is no argument of this task",
        "projects?project= | error=project: must be the id of a project",
      })
  void refusesWrongArgumentsByName(String call, String error) {
    SharedPair.one()
        .admin()
        .run(call)
        .assertRefused(error, "projects project=<project> dry_run=true");
  }
}
