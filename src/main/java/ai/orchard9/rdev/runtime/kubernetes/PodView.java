package ai.orchard9.rdev.runtime.kubernetes;

import ai.orchard9.rdev.runtime.Status;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What we keep of a pod: a whole one weighs many times as much.
///
/// @param project empty where the pod names none
/// @param container the one that commands run in; empty when it does not exist
/// @param containerId empty until the container has been started
/// @param containerRuns whether that very container runs now
/// @param annotations without what is longer than a person reads
record PodView(
    String name,
    String uid,
    String project,
    String displayName,
    String baseDirectory,
    String container,
    String containerId,
    boolean containerRuns,
    boolean ready,
    boolean leaving,
    String phase,
    Instant createdAt,
    Map<String, String> labels,
    Map<String, String> annotations) {

  static final String PREFIX = "rdev.orchard9.ai/";
  static final String MARK = PREFIX + "project";

  private static final String PROJECT_ID = PREFIX + "project-id";
  private static final String NAME = PREFIX + "name";
  private static final String CONTAINER = PREFIX + "container";
  private static final String WORKSPACE = PREFIX + "workspace";
  private static final String DEFAULT_WORKSPACE = "?/workspace";

  /// In characters: 1,000 pods with all they may be annotated with (256 KiB each) fill the heap.
  private static final int LONGEST_ANNOTATION = 1024;

  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  static PodView of(Pod pod) {
    return of(pod, container(pod, annotation(pod, CONTAINER)));
  }

  /// @param container the one to look at
  static PodView of(Pod pod, String container) {
    var meta = pod.getMetadata();
    Map<String, String> labels = orEmpty(meta.getLabels());
    Map<String, String> annotations = orEmpty(meta.getAnnotations());
    var project = labels.getOrDefault(PROJECT_ID, "");
    var status = status(pod, container);
    return new PodView(
        meta.getName(),
        meta.getUid(),
        project,
        annotations.getOrDefault(NAME, project),
        annotations.getOrDefault(WORKSPACE, DEFAULT_WORKSPACE),
        container,
        status.map(ContainerStatus::getContainerID).orElse(""),
        status.map(it -> it.getState() != null && it.getState().getRunning() != null).orElse(false),
        isReady(pod),
        meta.getDeletionTimestamp() != null,
        orUnknown(pod),
        time(meta.getCreationTimestamp()),
        labels,
        readable(annotations));
  }

  /// How it shows among the projects.
  Status status() {
    if (leaving) {
      return Status.TERMINATING;
    }
    return switch (phase) {
      case "Running" -> ready && containerRuns ? Status.RUNNING : Status.PENDING;
      case "Pending" -> Status.PENDING;
      case "Failed", "Succeeded" -> Status.FAILED;
      default -> Status.UNKNOWN;
    };
  }

  /// Whether it never runs anything again.
  boolean hasEnded() {
    return phase.equals("Failed") || phase.equals("Succeeded");
  }

  private static @Nullable String annotation(Pod pod, String name) {
    return orEmpty(pod.getMetadata().getAnnotations()).get(name);
  }

  private static String container(Pod pod, @Nullable String wanted) {
    var containers = pod.getSpec() == null ? List.<String>of() : names(pod);
    if (wanted != null) {
      return containers.contains(wanted) ? wanted : "";
    }
    return containers.isEmpty() ? "" : containers.getFirst();
  }

  private static List<String> names(Pod pod) {
    return pod.getSpec().getContainers().stream().map(it -> it.getName()).toList();
  }

  private static Optional<ContainerStatus> status(Pod pod, String container) {
    var status = pod.getStatus();
    return status == null
        ? Optional.empty()
        : status.getContainerStatuses().stream()
            .filter(it -> it.getName().equals(container))
            .findFirst();
  }

  private static boolean isReady(Pod pod) {
    Predicate<String> isTrue = "True"::equals;
    return pod.getStatus() != null
        && pod.getStatus().getConditions().stream()
            .anyMatch(it -> "Ready".equals(it.getType()) && isTrue.test(it.getStatus()));
  }

  private static String orUnknown(Pod pod) {
    var phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return phase == null ? "Unknown" : phase;
  }

  private static Map<String, String> readable(Map<String, String> annotations) {
    return annotations.entrySet().stream()
        .filter(it -> !it.getKey().equals(LAST_APPLIED))
        .filter(it -> it.getValue().length() <= LONGEST_ANNOTATION)
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
    return map == null ? Map.of() : map;
  }

  private static Instant time(@Nullable String text) {
    try {
      return text == null ? Instant.EPOCH : Instant.parse(text);
    } catch (DateTimeParseException e) {
      return Instant.EPOCH;
    }
  }
}
