package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A pod that runs, and what can happen to it. Everything has happened when a method returns.
public final class FakePod {
  private final FakeCluster cluster;
  private final Path folder;
  private final String uid = UUID.randomUUID().toString();
  private final Map<String, Container> containers = new LinkedHashMap<>();
  private final Map<String, Integer> restarts = new HashMap<>();
  private final @Nullable Pause pause;
  private PodData data;

  FakePod(FakeCluster cluster, PodSpec spec, Path pods) {
    this.cluster = cluster;
    this.folder = pods.resolve(uid);
    this.data = PodData.running(spec, uid);
    this.pause = spec.is(PodSpec.Trait.SHARED_PROCESSES) ? Pause.start(cluster.node(), spec) : null;
    spec.containers().forEach(this::start);
  }

  /// Shows it to clients for the first time.
  synchronized void appear() {
    publish();
  }

  private void start(String container) {
    var life = restarts.getOrDefault(container, 0);
    var root = folder.resolve(container + "-" + life);
    var spec = data.spec();
    var mounts = Layer.create(spec, root, folder.resolve("volumes"), cluster.images());
    var started =
        pause == null
            ? Container.start(cluster.node(), spec, root, mounts)
            : Container.start(cluster.node(), spec, root, mounts, pause);
    containers.put(container, started);
  }

  private void publish() {
    var lives =
        containers.entrySet().stream()
            .map(
                it ->
                    new PodData.Life(
                        it.getKey(),
                        it.getValue().id(),
                        restarts.getOrDefault(it.getKey(), 0),
                        it.getValue().isAlive()))
            .toList();
    cluster.store().put(data.pod(lives));
  }

  /// Its name.
  public String name() {
    return data.spec().name();
  }

  /// Its unique id; a pod of the same name that replaces it has another.
  public String uid() {
    return uid;
  }

  /// The id of its first container, as in the pod's status.
  public synchronized String containerId() {
    return "containerd://" + first().id();
  }

  /// The id of one of its containers.
  public synchronized String containerId(String container) {
    return "containerd://" + container(container).id();
  }

  /// Where its files lie: `volumes` and, for each life of a container, `<container>-<n>`.
  public Path folder() {
    return folder;
  }

  private Container first() {
    return containers.values().iterator().next();
  }

  private Container container(String name) {
    return Objects.requireNonNull(containers.get(name), name);
  }

  synchronized Optional<Container> running(String container) {
    return data.phase().equals("Running")
        ? Optional.ofNullable(containers.get(container)).filter(Container::isAlive)
        : Optional.empty();
  }

  /// Marks it as about to end, and nothing more yet.
  public synchronized void terminating() {
    data = data.terminating();
    publish();
  }

  /// Deletes it: first it is terminating, then its processes are killed, then it is gone.
  public synchronized void delete() {
    terminating();
    containers.values().forEach(Container::kill);
    if (pause != null) {
      pause.kill();
    }
    cluster.forget(this);
    cluster.store().remove(name());
  }

  /// Deletes it and runs another of the same name.
  public FakePod replace() {
    delete();
    return cluster.run(data.spec());
  }

  /// Kills the first container's processes and starts it again.
  public void restartContainer() {
    restartContainer(data.spec().containers().getFirst());
  }

  /// Kills a container's processes and starts it again: a new id, a fresh writable layer, the same
  /// volumes.
  public synchronized void restartContainer(String container) {
    killContainer(container);
    restarts.merge(container, 1, Integer::sum);
    start(container);
    publish();
  }

  /// Kills a container's processes and leaves it so.
  public synchronized void killContainer(String container) {
    container(container).kill();
    publish();
  }

  /// Its readiness probe fails from now on.
  public synchronized void notReady() {
    data = data.ready(false);
    publish();
  }

  /// Its readiness probe succeeds again.
  public synchronized void ready() {
    data = data.ready(true);
    publish();
  }

  /// Another phase is shown; in any but `Running` no exec is possible, although processes live on.
  public synchronized void phase(String phase) {
    data = data.phase(phase);
    publish();
  }

  /// Sets a label.
  public synchronized void label(String key, String value) {
    data = data.spec(data.spec().label(key, value));
    publish();
  }

  /// Takes a label away.
  public synchronized void removeLabel(String key) {
    data = data.spec(data.spec().withoutLabel(key));
    publish();
  }

  /// All its processes, dead ones that nobody has waited for too.
  public synchronized List<PodProcess> processes() {
    return pause == null
        ? containers.values().stream().flatMap(it -> ProcessList.of(it).stream()).toList()
        : ProcessList.of(first());
  }

  /// Runs a program in the first container, at most 30 s.
  ///
  /// @return what it wrote, errors too
  public String run(String... argv) {
    return runIn(data.spec().containers().getFirst(), argv);
  }

  /// Runs a program in a container, at most 30 s.
  ///
  /// @return what it wrote, errors too
  public String runIn(String container, String... argv) {
    try {
      var output = Files.createTempFile(folder, "run", ".txt");
      var builder =
          new ProcessBuilder(container(container).entered(List.of(argv)))
              .redirectInput(new File("/dev/null"))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      Container.environment(builder, data.spec());
      Container.awaitEnd(builder.start());
      return new String(Files.readAllBytes(output), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
