package ai.orchard9.rdev.testing.cluster;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// A pod as the API server shows it.
record PodData(
    PodSpec spec, String uid, String created, String phase, boolean ready, boolean ending) {
  static PodData running(PodSpec spec, String uid) {
    return new PodData(spec, uid, now(), "Running", true, false);
  }

  static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  PodData ready(boolean is) {
    return new PodData(spec, uid, created, phase, is, ending);
  }

  PodData phase(String other) {
    return new PodData(spec, uid, created, other, other.equals("Running"), ending);
  }

  PodData terminating() {
    return new PodData(spec, uid, created, phase, false, true);
  }

  PodData spec(PodSpec other) {
    return new PodData(other, uid, created, phase, ready, ending);
  }

  /// One container's part.
  record Life(String name, String id, int restarts, boolean running) {}

  Pod pod(List<Life> lives) {
    var containers =
        spec.containers().stream()
            .map(
                it ->
                    new ContainerBuilder()
                        .withName(it)
                        .withImage("example.org/" + it + ":1")
                        .withWorkingDir(spec.workspace())
                        .build())
            .toList();
    return new PodBuilder()
        .withNewMetadata()
        .withName(spec.name())
        .withNamespace(Api.NAMESPACE)
        .withUid(uid)
        .withLabels(spec.labels())
        .withAnnotations(spec.annotations())
        .withCreationTimestamp(created)
        .withDeletionTimestamp(ending ? now() : null)
        .withDeletionGracePeriodSeconds(ending ? 30L : null)
        .endMetadata()
        .withNewSpec()
        .withNodeName("node-1")
        .withContainers(containers)
        .withShareProcessNamespace(spec.is(PodSpec.Trait.SHARED_PROCESSES) ? Boolean.TRUE : null)
        .endSpec()
        .withNewStatus()
        .withPhase(phase)
        .withPodIP("10.0.0.1")
        .withStartTime(created)
        .addNewCondition()
        .withType("Ready")
        .withStatus(ready ? "True" : "False")
        .endCondition()
        .withContainerStatuses(lives.stream().map(this::status).toList())
        .endStatus()
        .build();
  }

  private ContainerStatus status(Life life) {
    var status =
        new ContainerStatusBuilder()
            .withName(life.name())
            .withImage("example.org/" + life.name() + ":1")
            .withImageID("example.org/" + life.name() + "@sha256:0")
            .withContainerID("containerd://" + life.id())
            .withRestartCount(life.restarts())
            .withReady(ready && life.running())
            .withStarted(life.running());
    if (life.running()) {
      status.withNewState().withNewRunning().withStartedAt(created).endRunning().endState();
    } else {
      status
          .withNewState()
          .withNewTerminated()
          .withExitCode(137)
          .withReason("Error")
          .withContainerID("containerd://" + life.id())
          .endTerminated()
          .endState();
    }
    return status.build();
  }
}
