package ai.orchard9.rdev.testing.cluster;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a pod shall be.
///
/// @param workspace the containers' working directory; a part of the image, unless it is a volume
/// @param emptyDirs directories that outlive the container, shared by all containers of the pod
public record PodSpec(
    String name,
    Map<String, String> labels,
    Map<String, String> annotations,
    List<String> containers,
    Image image,
    Set<Trait> traits,
    List<String> emptyDirs,
    String workspace) {

  /// What is installed.
  public enum Image {
    /// All that the host has.
    FULL,
    /// A slim distribution: dash, coreutils and few more; no bash, no `ps`.
    DASH,
    /// busybox and its applets.
    BUSYBOX,
    /// A few programs and no shell.
    NO_SHELL
  }

  /// How a pod differs from an ordinary one.
  public enum Trait {
    /// One PID namespace for all containers, with a pause process that reaps as PID 1.
    SHARED_PROCESSES,
    /// Only volumes and `/dev` can be written to.
    READ_ONLY_ROOT,
    /// Runs as user 1000.
    NON_ROOT,
    /// Only `/dev/shm` can be written to.
    SHM_ONLY,
    /// No place can be written to.
    NOTHING_WRITABLE
  }

  /// Copies what it is given.
  public PodSpec {
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
    containers = List.copyOf(containers);
    traits = Set.copyOf(traits);
    emptyDirs = List.copyOf(emptyDirs);
  }

  /// A pod `<id>-0` with the labels of a project, one container `main` and everything installed.
  public static PodSpec project(String id) {
    return new PodSpec(
        id + "-0",
        Map.of("rdev.orchard9.ai/project", "true", "rdev.orchard9.ai/project-id", id),
        Map.of(),
        List.of("main"),
        Image.FULL,
        Set.of(),
        List.of(),
        "/workspace");
  }

  /// Another name of the pod.
  public PodSpec named(String podName) {
    return new PodSpec(
        podName, labels, annotations, containers, image, traits, emptyDirs, workspace);
  }

  /// One more label, or another value of it.
  public PodSpec label(String key, String value) {
    return labelled(with(labels, key, value));
  }

  /// One label less.
  public PodSpec withoutLabel(String key) {
    var fewer = new HashMap<>(labels);
    fewer.remove(key);
    return labelled(fewer);
  }

  private PodSpec labelled(Map<String, String> changed) {
    return new PodSpec(name, changed, annotations, containers, image, traits, emptyDirs, workspace);
  }

  /// One more annotation, or another value of it.
  public PodSpec annotation(String key, String value) {
    return new PodSpec(
        name,
        labels,
        with(annotations, key, value),
        containers,
        image,
        traits,
        emptyDirs,
        workspace);
  }

  /// These containers instead, all of the same image.
  public PodSpec containers(String... names) {
    return new PodSpec(
        name, labels, annotations, List.of(names), image, traits, emptyDirs, workspace);
  }

  /// One more directory that outlives the container.
  public PodSpec emptyDir(String path) {
    var more = new ArrayList<>(emptyDirs);
    more.add(path);
    return new PodSpec(name, labels, annotations, containers, image, traits, more, workspace);
  }

  /// Another working directory.
  public PodSpec workspace(String path) {
    return new PodSpec(name, labels, annotations, containers, image, traits, emptyDirs, path);
  }

  /// Containers see each other's processes.
  public PodSpec sharedProcessNamespace() {
    return trait(Trait.SHARED_PROCESSES);
  }

  /// Only volumes and `/dev` can be written to.
  public PodSpec readOnlyRoot() {
    return trait(Trait.READ_ONLY_ROOT);
  }

  /// Runs as user 1000.
  public PodSpec nonRoot() {
    return trait(Trait.NON_ROOT);
  }

  /// Only `/dev/shm` can be written to.
  public PodSpec shmOnly() {
    return trait(Trait.SHM_ONLY);
  }

  /// No place can be written to.
  public PodSpec nothingWritable() {
    return trait(Trait.NOTHING_WRITABLE);
  }

  /// Nothing but busybox and its applets.
  public PodSpec busyboxOnly() {
    return image(Image.BUSYBOX);
  }

  /// A slim distribution, without bash and `ps`.
  public PodSpec dashOnly() {
    return image(Image.DASH);
  }

  /// A few programs and no shell.
  public PodSpec noShell() {
    return image(Image.NO_SHELL);
  }

  /// The pod as data, without processes, for `FakeCluster.put`: no node has it yet.
  public Pod pending() {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withCreationTimestamp("2026-01-01T00:00:00Z")
        .withLabels(labels)
        .withAnnotations(annotations)
        .endMetadata()
        .withNewSpec()
        .withContainers(
            containers.stream().map(it -> new ContainerBuilder().withName(it).build()).toList())
        .endSpec()
        .withNewStatus()
        .withPhase("Pending")
        .endStatus()
        .build();
  }

  boolean is(Trait trait) {
    return traits.contains(trait);
  }

  private PodSpec image(Image other) {
    return new PodSpec(name, labels, annotations, containers, other, traits, emptyDirs, workspace);
  }

  private PodSpec trait(Trait trait) {
    var more = new HashSet<>(traits);
    Collections.addAll(more, trait);
    return new PodSpec(name, labels, annotations, containers, image, more, emptyDirs, workspace);
  }

  private static Map<String, String> with(Map<String, String> map, String key, String value) {
    var more = new HashMap<>(map);
    more.put(key, value);
    return more;
  }
}
