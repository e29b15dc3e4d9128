package ai.orchard9.rdev.testing.cluster;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a pod is to be like.
///
/// @param options words that the container's script knows
public record PodSpec(
    String name,
    Map<String, String> labels,
    Map<String, String> annotations,
    List<String> containers,
    boolean sharedProcesses,
    boolean keepsTmp,
    boolean nonRoot,
    Set<String> options) {
  private static final String PREFIX = "rdev.orchard9.ai/";

  /// A pod that is a project, and has all that Debian has.
  public static PodSpec project(String id) {
    return new PodSpec(
        id + "-0",
        Map.of(PREFIX + "project", "true", PREFIX + "project-id", id),
        Map.of(),
        List.of("main"),
        false,
        false,
        false,
        Set.of());
  }

  /// Another name.
  public PodSpec named(String other) {
    return new PodSpec(
        other, labels, annotations, containers, sharedProcesses, keepsTmp, nonRoot, options);
  }

  /// One more annotation, in the service's own namespace.
  public PodSpec annotation(String key, String value) {
    var more = new LinkedHashMap<>(annotations);
    more.put(PREFIX + key, value);
    return new PodSpec(name, labels, more, containers, sharedProcesses, keepsTmp, nonRoot, options);
  }

  /// Several containers; each has the same image.
  public PodSpec containers(String... names) {
    return new PodSpec(
        name, labels, annotations, List.of(names), sharedProcesses, keepsTmp, nonRoot, options);
  }

  /// `shareProcessNamespace: true`: PID 1 is not the container's and outlives it.
  public PodSpec sharedProcessNamespace() {
    return new PodSpec(name, labels, annotations, containers, true, keepsTmp, nonRoot, options);
  }

  /// An `emptyDir` at `/tmp`, which outlives the container.
  public PodSpec emptyDirAtTmp() {
    return new PodSpec(
        name, labels, annotations, containers, sharedProcesses, true, nonRoot, options);
  }

  /// Runs as user 1000.
  public PodSpec asUser() {
    return new PodSpec(
        name, labels, annotations, containers, sharedProcesses, keepsTmp, true, options);
  }

  /// Nothing but busybox.
  public PodSpec busyboxOnly() {
    return with("busybox");
  }

  /// All but bash and busybox.
  public PodSpec dashOnly() {
    return with("dash");
  }

  /// An image without a shell.
  public PodSpec noShell() {
    return with("noshell");
  }

  /// A root that cannot be written; `/dev/shm` can.
  public PodSpec readOnlyRoot() {
    return with("readonly");
  }

  /// Nothing can be written anywhere.
  public PodSpec nothingWritable() {
    return with("nowhere");
  }

  private PodSpec with(String option) {
    Set<String> more =
        Stream.concat(options.stream(), Stream.of(option))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    return new PodSpec(
        name, labels, annotations, containers, sharedProcesses, keepsTmp, nonRoot, more);
  }
}
