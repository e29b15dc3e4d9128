package ai.orchard9.rdev.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.runtime.Found;
import ai.orchard9.rdev.runtime.Listing;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.Status;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Which pods are projects, and which one serves (contract section 4).
final class ProjectsTest {

  @Test
  void readsLabelsAndAnnotations() {
    var pod =
        new PodBuilder(running("web-0", "web", 1))
            .editMetadata()
            .addToAnnotations("rdev.orchard9.ai/name", "The Web")
            .addToAnnotations("rdev.orchard9.ai/container", "second")
            .addToAnnotations("rdev.orchard9.ai/workspace", "/srv")
            .endMetadata()
            .build();

    var found = only(pod);

    assertThat(found.name()).isEqualTo("The Web");
    assertThat(found.status()).isEqualTo(Status.RUNNING);
    assertThat(found.place())
        .isEqualTo(
            new Place(
                "web",
                new Place.Container("web-0", "uid-web-0", "second", "containerd://second"),
                "/srv"));
    assertThat(found.labels()).containsEntry("rdev.orchard9.ai/project-id", "web");
    assertThat(found.warnings()).isEmpty();
  }

  @Test
  void fallsBackToTheIdTheFirstContainerAndItsOwnDirectory() {
    var found = only(running("web-0", "web", 1));

    assertThat(found.name()).isEqualTo("web");
    assertThat(found.place().container()).extracting(Place.Container::name).isEqualTo("first");
    assertThat(found.place().baseDirectory()).isEqualTo("?/workspace");
  }

  @Test
  void theOldestReadyPodServesAndTheOthersAreNamed() {
    var listing =
        list(
            running("young", "web", 9),
            notReady(running("oldest", "web", 1)),
            running("old", "web", 5));

    assertThat(listing.found()).hasSize(1);
    assertThat(listing.found().getFirst().place().podName()).isEqualTo("old");
    assertThat(listing.found().getFirst().warnings())
        .containsExactly("2 ready pods have this id (old, young); old serves, being the oldest");
    assertThat(listing.leftOut())
        .containsExactly(
            "young: project web is served by old", "oldest: project web is served by old");
  }

  @Test
  void leavesOutWhatNamesNoProject() {
    var pod = new PodBuilder(running("stray", "x", 1)).build();
    pod.getMetadata().setLabels(Map.of("rdev.orchard9.ai/project", "true"));

    var listing = list(pod);

    assertThat(listing.found()).isEmpty();
    assertThat(listing.leftOut()).containsExactly("stray: no label rdev.orchard9.ai/project-id");
  }

  @Test
  void tellsStatesApart() {
    assertThat(only(notReady(running("a", "a", 1))).status()).isEqualTo(Status.PENDING);
    assertThat(only(notReady(running("a", "a", 1))).warnings())
        .containsExactly("pod a is not ready");
    assertThat(only(phase("Pending")).status()).isEqualTo(Status.PENDING);
    assertThat(only(phase("Failed")).status()).isEqualTo(Status.FAILED);
    assertThat(only(phase("Succeeded")).warnings()).containsExactly("pod a has ended");
    assertThat(only(phase("Unknown")).status()).isEqualTo(Status.UNKNOWN);
    var leaving = running("a", "a", 1);
    leaving.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
    assertThat(only(leaving).status()).isEqualTo(Status.TERMINATING);
  }

  @Test
  void saysWhenTheContainerIsMissing() {
    var pod = running("web-0", "web", 1);
    pod.getMetadata().setAnnotations(Map.of("rdev.orchard9.ai/container", "third"));

    var found = only(pod);

    assertThat(found.status()).isEqualTo(Status.PENDING);
    assertThat(found.warnings()).containsExactly("pod web-0 has no such container: third");
  }

  @Test
  void keepsOnlyWhatAPersonReads() {
    var pod = running("web-0", "web", 1);
    pod.getMetadata()
        .setAnnotations(
            Map.of(
                "kubectl.kubernetes.io/last-applied-configuration", "{}",
                "long", "x".repeat(1025),
                "short", "x".repeat(1024)));

    assertThat(only(pod).annotations()).containsOnlyKeys("short");
  }

  private static Found only(Pod pod) {
    var found = list(pod).found();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private static Listing list(Pod... pods) {
    List<PodView> views = Arrays.stream(pods).map(PodView::of).toList();
    return Projects.of(1, views);
  }

  private static Pod phase(String phase) {
    var pod = running("a", "a", 1);
    pod.getStatus().setPhase(phase);
    return pod;
  }

  private static Pod notReady(Pod pod) {
    pod.getStatus().getConditions().getFirst().setStatus("False");
    return pod;
  }

  private static Pod running(String name, String project, int minute) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withUid("uid-" + name)
        .withCreationTimestamp("2026-01-01T00:0" + minute + ":00Z")
        .addToLabels("rdev.orchard9.ai/project", "true")
        .addToLabels("rdev.orchard9.ai/project-id", project)
        .endMetadata()
        .withNewSpec()
        .addToContainers(new ContainerBuilder().withName("first").build())
        .addToContainers(new ContainerBuilder().withName("second").build())
        .endSpec()
        .withNewStatus()
        .withPhase("Running")
        .addNewCondition()
        .withType("Ready")
        .withStatus("True")
        .endCondition()
        .addNewContainerStatus()
        .withName("first")
        .withContainerID("containerd://first")
        .withNewState()
        .withNewRunning()
        .endRunning()
        .endState()
        .endContainerStatus()
        .addNewContainerStatus()
        .withName("second")
        .withContainerID("containerd://second")
        .withNewState()
        .withNewRunning()
        .endRunning()
        .endState()
        .endContainerStatus()
        .endStatus()
        .build();
  }
}
