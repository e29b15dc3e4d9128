package ai.orchard9.rdev.testing.cluster;

import ai.orchard9.rdev.testing.Playground;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The parts of a Kubernetes API that the service uses, over real containers of this machine.
public final class FakeCluster implements AutoCloseable {
  /// The only namespace.
  public static final String NAMESPACE = "rdev";

  static final String TOKEN = "token-of-rdev-api";

  private final Path folder;
  private final int port;
  private final Faults faults = new Faults(this);
  private final Map<String, FakePod> running = new LinkedHashMap<>();
  private final Map<String, Pod> pods = new LinkedHashMap<>();
  private final List<Event> events = new ArrayList<>();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final Set<ExecBridge> execs = ConcurrentHashMap.newKeySet();
  private long version = 1;
  private long oldest = 1;
  private long epoch;
  private @Nullable ServerSocket server;

  /// One request, served or refused; an exec counts as two, as it needs two rights.
  public record Call(String verb, String resource, String subresource, String name) {}

  record Event(long version, String type, Pod pod) {}

  /// The pods at one moment.
  record Listed(List<Pod> pods, long version) {}

  private FakeCluster(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /// Whether this machine lets us make containers.
  public static boolean isSupported() {
    return Container.isSupported();
  }

  /// An empty cluster.
  public static FakeCluster start() {
    var cluster = new FakeCluster(Playground.folder("cluster"), Playground.freePort());
    cluster.comeBack();
    return cluster;
  }

  /// Where it answers.
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /// What a server process needs to work in it.
  public Map<String, String> environment() {
    return Map.of(
        "RDEV_BACKEND",
        "kubernetes",
        "RDEV_NAMESPACE",
        NAMESPACE,
        "RDEV_SPOOL",
        "",
        "KUBECONFIG",
        kubeconfig().toString());
  }

  /// A file with its address and credentials.
  public Path kubeconfig() {
    try {
      return Files.writeString(
          folder.resolve("kubeconfig"),
          """
          apiVersion: v1
          kind: Config
          clusters: [{name: fake, cluster: {server: "%s"}}]
          users: [{name: rdev, user: {token: "%s"}}]
          contexts: [{name: fake, context: {cluster: fake, user: rdev, namespace: %s}}]
          current-context: fake
          """
              .formatted(url(), TOKEN, NAMESPACE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Adds a pod that runs.
  public FakePod run(PodSpec spec) {
    var pod = new FakePod(this, spec, folder);
    synchronized (this) {
      pod.start();
      running.put(pod.name(), pod);
      added(pod);
    }
    return pod;
  }

  /// Adds or changes a pod that is only said to be there.
  public synchronized void put(Pod pod) {
    var type = pods.containsKey(pod.getMetadata().getName()) ? "MODIFIED" : "ADDED";
    record(type, pod);
  }

  /// What goes wrong.
  public Faults faults() {
    return faults;
  }

  /// All requests so far.
  public List<Call> calls() {
    return List.copyOf(calls);
  }

  /// How many execs have a client.
  public int openExecs() {
    return execs.size();
  }

  /// Nobody reaches it any more. Pods live on.
  public synchronized void goAway() {
    var listening = server;
    server = null;
    close(listening);
    connections.forEach(FakeCluster::reset);
  }

  /// It is there again.
  public synchronized void comeBack() {
    try {
      var listening = new ServerSocket();
      listening.setReuseAddress(true);
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 512);
      server = listening;
      Thread.ofPlatform().daemon().name("fake-cluster").start(() -> accept(listening));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept(ServerSocket listening) {
    while (!listening.isClosed()) {
      try {
        var socket = listening.accept();
        socket.setTcpNoDelay(true);
        connections.add(socket);
        Thread.ofPlatform()
            .daemon()
            .name("fake-connection")
            .start(() -> new Connection(this, socket).run());
      } catch (IOException e) {
        // Closed: the cluster is away.
      }
    }
  }

  void closed(Socket socket) {
    connections.remove(socket);
    close(socket);
  }

  static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (SocketException e) {
      // Closed already.
    }
    close(socket);
  }

  private static void close(@Nullable AutoCloseable it) {
    try {
      if (it != null) {
        it.close();
      }
    } catch (Exception e) {
      // It is going away anyhow.
    }
  }

  void called(Call call) {
    calls.add(call);
  }

  void opened(ExecBridge exec) {
    execs.add(exec);
  }

  void ended(ExecBridge exec) {
    execs.remove(exec);
  }

  void cutExecs() {
    execs.forEach(ExecBridge::cut);
  }

  void added(FakePod pod) {
    record("ADDED", pod.model());
  }

  void changed(FakePod pod) {
    record("MODIFIED", pod.model());
  }

  synchronized void removed(FakePod pod) {
    version++;
    pods.remove(pod.name());
    events.add(new Event(version, "DELETED", stamped(pod.model())));
    notifyAll();
  }

  private synchronized void record(String type, Pod pod) {
    version++;
    var stamped = stamped(pod);
    pods.put(pod.getMetadata().getName(), stamped);
    events.add(new Event(version, type, stamped));
    notifyAll();
  }

  private Pod stamped(Pod pod) {
    return new PodBuilder(pod)
        .editMetadata()
        .withResourceVersion(Long.toString(version))
        .endMetadata()
        .build();
  }

  synchronized void compact() {
    events.clear();
    oldest = version + 1;
    version++;
    epoch++;
    notifyAll();
  }

  synchronized void loseState() {
    events.clear();
    // Above all that was given out, so that no old version looks like a new one.
    version += 1000;
    oldest = version;
    epoch++;
    notifyAll();
  }

  synchronized Listed list() {
    return new Listed(List.copyOf(pods.values()), version);
  }

  synchronized @Nullable Pod get(String name) {
    return pods.get(name);
  }

  synchronized @Nullable FakePod runningPod(String name) {
    var pod = running.get(name);
    return pod != null && pods.containsKey(name) ? pod : null;
  }

  /// Changes whenever watches must end.
  synchronized long epoch() {
    return epoch;
  }

  /// Events after a version, once there are some or time is up; null when they are gone.
  synchronized @Nullable List<Event> eventsAfter(long from, long waitMillis)
      throws InterruptedException {
    if (from < oldest - 1) {
      return null;
    }
    var began = epoch;
    var until = System.nanoTime() + waitMillis * 1_000_000;
    while (version <= from && epoch == began && System.nanoTime() - until < 0) {
      wait(Math.max(1, waitMillis));
    }
    if (epoch != began) {
      return null;
    }
    return events.stream().filter(it -> it.version() > from).toList();
  }

  @Override
  public void close() {
    goAway();
    faults.clear();
    synchronized (this) {
      running.values().forEach(FakePod::stop);
    }
    Playground.delete(folder);
  }
}
