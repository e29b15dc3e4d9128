package ai.orchard9.rdev.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.testing.cluster.FakeCluster;
import ai.orchard9.rdev.testing.cluster.FakePod;
import ai.orchard9.rdev.testing.cluster.PodProcess;
import ai.orchard9.rdev.testing.cluster.PodSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Where the projects of a server under test live: folders of this machine or, with
/// `-Drdev.e2e.backend=cluster`, pods of a [FakeCluster]. Tests that say nothing about it hold for
/// both.
public sealed interface Backend extends AutoCloseable {
  /// The project that is always there.
  String DEMO = ApiClient.DEMO;

  /// Whether tests run over a cluster.
  static boolean isCluster() {
    return "cluster".equals(System.getProperty("rdev.e2e.backend"));
  }

  /// What tests run over.
  static Backend of(Path home) {
    return isCluster() ? new Cluster() : new Local(home);
  }

  /// What a server needs to find its projects.
  Map<String, String> environment();

  /// Adds a project.
  void add(String project);

  /// The work directory of a project, as this machine sees it.
  Path workspace(String project);

  /// Where commands of the first project are kept, as this machine sees it.
  Path spool();

  /// Live processes and zombies of commands, their supervisors and followers.
  List<String> leftBehind();

  @Override
  void close();

  /// Folders of this machine.
  record Local(Path home) implements Backend {
    @Override
    public Map<String, String> environment() {
      return Map.of(
          "RDEV_WORKSPACES", home.resolve("workspaces").toString(),
          "RDEV_SPOOL", spool().toString());
    }

    @Override
    public void add(String project) {
      try {
        Files.createDirectories(workspace(project));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Path workspace(String project) {
      return home.resolve("workspaces").resolve(project);
    }

    @Override
    public Path spool() {
      return home.resolve("spool");
    }

    @Override
    public List<String> leftBehind() {
      return Processes.touching(spool().resolve("cmd-")).stream().map(Object::toString).toList();
    }

    @Override
    public void close() {
      Playground.killAll(home);
    }
  }

  /// Pods that are there already, of a cluster that nothing is known of.
  ///
  /// @param environment what a server needs to find them
  record Existing(Map<String, String> environment) implements Backend {
    @Override
    public void add(String project) {
      throw new UnsupportedOperationException("the projects of that cluster are what they are");
    }

    @Override
    public Path workspace(String project) {
      throw new UnsupportedOperationException("not on this machine");
    }

    @Override
    public Path spool() {
      throw new UnsupportedOperationException("not on this machine");
    }

    @Override
    public List<String> leftBehind() {
      throw new UnsupportedOperationException("not on this machine");
    }

    @Override
    public void close() {}
  }

  /// Pods of a cluster of its own.
  final class Cluster implements Backend {
    private final FakeCluster cluster;
    private final Map<String, FakePod> pods = new ConcurrentHashMap<>();

    /// One pod, of the project that is always there.
    public Cluster() {
      this(PodSpec.project(DEMO));
    }

    /// One pod that is like this, of the project that is always there.
    public Cluster(PodSpec demo) {
      assumeTrue(FakeCluster.isSupported(), "no namespaces can be made here");
      cluster = FakeCluster.start();
      pods.put(DEMO, cluster.run(demo));
    }

    /// The pod of the project that is always there.
    public FakePod demo() {
      return pod(DEMO);
    }

    /// The cluster, to be disturbed.
    public FakeCluster cluster() {
      return cluster;
    }

    @Override
    public Map<String, String> environment() {
      return cluster.environment();
    }

    @Override
    public void add(String project) {
      pods.computeIfAbsent(project, it -> cluster.run(PodSpec.project(it)));
    }

    private FakePod pod(String project) {
      return Objects.requireNonNull(pods.get(project), project);
    }

    /// The writable layer of its first container's first life.
    private Path root(String project) {
      return pod(project).folder().resolve("main-0");
    }

    @Override
    public Path workspace(String project) {
      return root(project).resolve("workspace");
    }

    @Override
    public Path spool() {
      return root(DEMO).resolve("tmp/.rdev");
    }

    @Override
    public List<String> leftBehind() {
      return pods.values().stream().flatMap(Cluster::leftBehind).toList();
    }

    private static Stream<String> leftBehind(FakePod pod) {
      var zombies = pod.processes().stream().filter(PodProcess::isZombie).map(Object::toString);
      var directories = pod.run("sh", "-c", "readlink /proc/[0-9]*/cwd").lines();
      return Stream.concat(zombies, directories.filter(it -> it.contains("/cmd-")));
    }

    @Override
    public void close() {
      cluster.close();
    }
  }
}
