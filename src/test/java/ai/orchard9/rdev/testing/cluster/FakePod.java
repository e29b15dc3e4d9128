package ai.orchard9.rdev.testing.cluster;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A pod whose containers really run.
public final class FakePod {
  private final FakeCluster cluster;
  private final PodSpec spec;
  private final Path folder;
  private final Map<String, Container> containers = new LinkedHashMap<>();
  private final Map<String, String> containerIds = new LinkedHashMap<>();
  private @Nullable Container pause;
  private String uid = "";
  private int restarts;
  private boolean ready = true;
  private boolean leaving;
  private String phase = "Running";

  /// A process of a pod.
  ///
  /// @param pid in its pod
  /// @param hostPid on this machine
  /// @param state the letter that /proc gives
  /// @param directory where it works
  public record Proc(long pid, long hostPid, String state, String command, String directory) {
    static Optional<Proc> of(long hostPid) {
      try {
        var proc = Path.of("/proc/" + hostPid);
        var stat = Files.readString(proc.resolve("stat"), StandardCharsets.ISO_8859_1);
        var state = stat.substring(stat.lastIndexOf(')') + 2).substring(0, 1);
        var pid =
            Files.readAllLines(proc.resolve("status"), StandardCharsets.ISO_8859_1).stream()
                .filter(it -> it.startsWith("NSpid:"))
                .map(it -> Long.parseLong(it.substring(it.lastIndexOf('\t') + 1)))
                .findFirst()
                .orElse(0L);
        var command =
            Files.readString(proc.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                .replace('\0', ' ');
        return Optional.of(new Proc(pid, hostPid, state, command, directory(proc)));
      } catch (IOException | RuntimeException e) {
        return Optional.empty();
      }
    }

    private static String directory(Path proc) {
      try {
        return Files.readSymbolicLink(proc.resolve("cwd")).toString();
      } catch (IOException e) {
        return "";
      }
    }

    /// Whether it has ended and nobody has asked how.
    public boolean isZombie() {
      return state.equals("Z") || state.equals("X");
    }
  }

  FakePod(FakeCluster cluster, PodSpec spec, Path folder) {
    this.cluster = cluster;
    this.spec = spec;
    this.folder = folder;
  }

  /// Its name.
  public String name() {
    return spec.name();
  }

  /// Its uid.
  public String uid() {
    return uid;
  }

  /// The id of its first container.
  public String containerId() {
    return containerIds.getOrDefault(spec.containers().getFirst(), "");
  }

  /// A path in its first container, as this machine sees it.
  public Path path(String path) {
    return first().inside(path);
  }

  void start() {
    synchronized (cluster) {
      uid = UUID.randomUUID().toString();
      leaving = false;
      ready = true;
      phase = "Running";
      if (spec.sharedProcesses()) {
        pause = Container.pause();
      }
      spec.containers().forEach(this::startContainer);
    }
  }

  private void startContainer(String name) {
    try {
      var id = UUID.randomUUID().toString().replace("-", "");
      var root = Files.createDirectories(folder.resolve(uid).resolve(id));
      var kept =
          spec.keepsTmp() ? Files.createDirectories(folder.resolve(uid).resolve("tmp")) : null;
      containers.put(name, Container.start(spec, root, kept, pause));
      containerIds.put(name, "containerd://" + id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Deletes it: it is shown as leaving, its processes are killed, and it is gone.
  public void delete() {
    synchronized (cluster) {
      leaving = true;
      cluster.changed(this);
      stop();
      cluster.removed(this);
    }
  }

  /// Shows it as leaving while it still runs, for the time of a grace.
  public void beginToLeave() {
    synchronized (cluster) {
      leaving = true;
      cluster.changed(this);
    }
  }

  /// Deletes it and makes another of the same name.
  public void replace() {
    synchronized (cluster) {
      delete();
      start();
      cluster.added(this);
    }
  }

  /// Kills its first container and starts it again.
  public void restartContainer() {
    synchronized (cluster) {
      var name = spec.containers().getFirst();
      first().kill();
      restarts++;
      startContainer(name);
      cluster.changed(this);
    }
  }

  /// Says that it is in that phase.
  public void phase(String other) {
    synchronized (cluster) {
      phase = other;
      cluster.changed(this);
    }
  }

  /// Says whether it is ready.
  public void ready(boolean now) {
    synchronized (cluster) {
      ready = now;
      cluster.changed(this);
    }
  }

  /// All that live in it, zombies too, but for the first process.
  public List<Proc> processes() {
    return containers.values().stream()
        .flatMap(it -> it.processes().stream())
        .distinct()
        .filter(it -> it.pid() != 1)
        .filter(it -> !it.command().contains("100000000"))
        .toList();
  }

  /// Runs a program in its first container and returns what it printed.
  public String run(String... argv) {
    try {
      var process = first().exec(List.of(argv));
      process.getOutputStream().close();
      var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return printed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  void stop() {
    containers.values().forEach(Container::close);
    containers.clear();
    if (pause != null) {
      pause.close();
      pause = null;
    }
  }

  private Container first() {
    return containers.values().iterator().next();
  }

  @Nullable Container container(@Nullable String name) {
    return name == null ? first() : containers.get(name);
  }

  boolean runs() {
    return !containers.isEmpty() && phase.equals("Running");
  }

  Pod model() {
    var statuses = new ArrayList<ContainerStatus>();
    containerIds.forEach((name, id) -> statuses.add(status(name, id)));
    return new PodBuilder()
        .withNewMetadata()
        .withName(name())
        .withNamespace(FakeCluster.NAMESPACE)
        .withUid(uid)
        .withCreationTimestamp("2026-01-01T00:00:00Z")
        .withDeletionTimestamp(leaving ? "2026-01-01T01:00:00Z" : null)
        .withLabels(spec.labels())
        .withAnnotations(spec.annotations())
        .endMetadata()
        .withNewSpec()
        .withContainers(
            spec.containers().stream()
                .map(it -> new ContainerBuilder().withName(it).build())
                .toList())
        .endSpec()
        .withNewStatus()
        .withPhase(phase)
        .addNewCondition()
        .withType("Ready")
        .withStatus(ready && runs() ? "True" : "False")
        .endCondition()
        .withContainerStatuses(statuses)
        .endStatus()
        .build();
  }

  private ContainerStatus status(String name, String id) {
    var builder =
        new ContainerStatusBuilder()
            .withName(name)
            .withContainerID(id)
            .withRestartCount(restarts)
            .withReady(ready);
    return containers.containsKey(name)
        ? builder.withNewState().withNewRunning().endRunning().endState().build()
        : builder
            .withNewState()
            .withNewTerminated()
            .withExitCode(137)
            .endTerminated()
            .endState()
            .build();
  }
}
