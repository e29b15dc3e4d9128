package ai.orchard9.rdev.testing.cluster;

import ai.orchard9.rdev.testing.Playground;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A Kubernetes cluster for tests: an API server that lists, watches and execs, over real processes
/// in a real container per pod, with faults on demand. Linux with namespaces only, see
/// `isSupported`.
public final class FakeCluster implements AutoCloseable {
  /// What a server over pods has to be given to seal the secrets of webhooks with.
  public static final String WEBHOOK_SECRET_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Path folder;
  private final Node node;
  private final Images images;
  private final Fifos fifos;
  private final PodStore store = new PodStore();
  private final Faults faults = new Faults(this);
  private final Map<String, FakePod> pods = new ConcurrentHashMap<>();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Set<ExecSession> execs = ConcurrentHashMap.newKeySet();
  private final Set<WatchSession> watches = ConcurrentHashMap.newKeySet();
  private final Set<ExecProcess> held = ConcurrentHashMap.newKeySet();
  private final Listener listener;
  private volatile String token = "";

  private FakeCluster(Path folder) {
    this.folder = folder;
    this.node = Node.start(folder);
    this.images = new Images(folder.resolve("images"));
    this.fifos = new Fifos(folder);
    this.listener = new Listener(new Api(this)::answer);
    newToken();
  }

  /// Starts one without pods.
  public static FakeCluster start() {
    var name = ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
    var folder = Playground.project().resolve("target/cluster").resolve(name);
    try {
      return new FakeCluster(Files.createDirectories(folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether namespaces can be made here; without them there is no cluster.
  public static boolean isSupported() {
    return Node.isSupported();
  }

  /// Where the API server answers.
  public String url() {
    return "http://127.0.0.1:" + listener.port();
  }

  /// A kubeconfig with the present token and the namespace.
  public Path kubeconfig() {
    return folder.resolve("kubeconfig");
  }

  /// A file with the present token alone, as a service account's.
  public Path tokenFile() {
    return folder.resolve("token");
  }

  /// The namespace that pods are in.
  public String namespace() {
    return Api.NAMESPACE;
  }

  /// What a server needs in its environment to use it.
  public Map<String, String> environment() {
    return Map.of(
        "KUBECONFIG",
        kubeconfig().toString(),
        "RDEV_BACKEND",
        "kubernetes",
        "RDEV_NAMESPACE",
        namespace(),
        "WEBHOOK_SECRET_KEY",
        WEBHOOK_SECRET_KEY);
  }

  /// Adds a pod and starts its containers; it is running and ready when this returns.
  public FakePod run(PodSpec spec) {
    if (store.find(spec.name()).isPresent()) {
      throw new IllegalStateException("there is a pod " + spec.name());
    }
    var pod = new FakePod(this, spec, folder.resolve("pods"));
    pods.put(spec.name(), pod);
    pod.appear();
    return pod;
  }

  /// A pod that `run` has made.
  public FakePod pod(String name) {
    return Objects.requireNonNull(pods.get(name), name);
  }

  /// Adds or modifies a pod that is only data, without processes.
  public void put(Pod pod) {
    var metadata = new PodBuilder(pod).editOrNewMetadata().withNamespace(namespace());
    if (pod.getMetadata().getUid() == null) {
      var known = store.find(pod.getMetadata().getName());
      metadata.withUid(
          known.map(it -> it.getMetadata().getUid()).orElse(UUID.randomUUID().toString()));
    }
    store.put(metadata.endMetadata().build());
  }

  /// Takes away a pod that is only data.
  public void remove(String name) {
    store.remove(name);
  }

  /// What can go wrong.
  public Faults faults() {
    return faults;
  }

  /// Every request since the start, served or refused; an exec needs two rights and is there twice.
  public List<Call> calls() {
    return List.copyOf(calls);
  }

  /// Refuses connections and drops the open ones; processes in pods live on.
  public void goAway() {
    listener.close();
  }

  /// Answers again, at the same port.
  public void comeBack() {
    listener.comeBack();
  }

  /// How many execs are connected.
  public int openExecs() {
    return execs.size();
  }

  /// How many watches are connected.
  public int openWatches() {
    return watches.size();
  }

  PodStore store() {
    return store;
  }

  Node node() {
    return node;
  }

  Images images() {
    return images;
  }

  Fifos fifos() {
    return fifos;
  }

  Set<ExecSession> execs() {
    return execs;
  }

  Set<WatchSession> watches() {
    return watches;
  }

  String token() {
    return token;
  }

  void record(List<Call> made) {
    calls.addAll(made);
  }

  /// Keeps an exec's pipes open, so that its process blocks when nobody reads any more.
  void hold(ExecProcess process) {
    held.add(process);
  }

  void release(ExecProcess process) {
    held.remove(process);
  }

  Optional<Container> running(String pod, String container) {
    return Optional.ofNullable(pods.get(pod)).flatMap(it -> it.running(container));
  }

  void forget(FakePod pod) {
    pods.remove(pod.name(), pod);
  }

  void newToken() {
    token = UUID.randomUUID().toString();
    try {
      replace(tokenFile(), token);
      replace(kubeconfig(), Kubeconfig.text(url(), namespace(), token));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void replace(Path file, String text) throws IOException {
    var fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(fresh, text);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Ends everything: no process, mount or folder is left.
  @Override
  public void close() {
    listener.close();
    node.close();
    for (var process : held) {
      try {
        process.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
