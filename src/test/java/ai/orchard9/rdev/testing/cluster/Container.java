package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// One life of a container: namespaces, a root directory of its own, and a first process that
/// sleeps.
final class Container {
  private static final String SCRIPT = resource("/cluster/container.sh");
  static final String SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final Node node;
  private final PodSpec spec;
  private final Process process;
  private final long pid;
  private final boolean shared;
  private final String id = randomId();

  private Container(Node node, PodSpec spec, Process process, long pid, boolean shared) {
    this.node = node;
    this.spec = spec;
    this.process = process;
    this.pid = pid;
    this.shared = shared;
  }

  /// Starts a container with a PID namespace of its own.
  static Container start(Node node, PodSpec spec, Path root, List<Images.Mount> mounts) {
    return start(node, spec, root, mounts, node.entry(), false);
  }

  /// Starts a container in the PID namespace of a pause process.
  static Container start(
      Node node, PodSpec spec, Path root, List<Images.Mount> mounts, Pause pause) {
    return start(node, spec, root, mounts, node.entry(pause.pid()), true);
  }

  private static Container start(
      Node node,
      PodSpec spec,
      Path root,
      List<Images.Mount> mounts,
      List<String> entry,
      boolean shared) {
    var command = new ArrayList<>(entry);
    command.addAll(namespaces(node, spec, shared));
    command.addAll(List.of("sh", "-c", SCRIPT, "container", root.toString(), spec.name()));
    command.add(Integer.toString(user(spec)));
    command.add(writable(spec));
    for (var mount : mounts) {
      command.addAll(List.of(mount.mode(), mount.source(), mount.target()));
    }
    var builder = new ProcessBuilder(command).redirectInput(new File("/dev/null"));
    var log = root.resolveSibling(root.getFileName() + ".log");
    builder.redirectError(log.toFile());
    environment(builder, spec);
    try {
      var process = builder.start();
      var pid = Node.readPid(process, () -> text(log));
      awaitSleep(pid);
      return new Container(node, spec, process, pid, shared);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path log) {
    try {
      return "the container does not start: " + Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static List<String> namespaces(Node node, PodSpec spec, boolean shared) {
    var command = new ArrayList<>(List.of("unshare", "--mount", "--uts", "--fork"));
    if (!shared) {
      command.add("--pid");
    }
    if (!node.privileged() && user(spec) != 0) {
      command.addAll(
          List.of(
              "--user", "--map-user=" + Layer.USER, "--map-group=" + Layer.USER, "--keep-caps"));
    }
    return command;
  }

  private static int user(PodSpec spec) {
    return spec.is(PodSpec.Trait.NON_ROOT) ? Layer.USER : 0;
  }

  private static String writable(PodSpec spec) {
    if (spec.is(PodSpec.Trait.NOTHING_WRITABLE)) {
      return "none";
    }
    if (spec.is(PodSpec.Trait.SHM_ONLY)) {
      return "shm";
    }
    return spec.is(PodSpec.Trait.READ_ONLY_ROOT) ? "volumes" : "all";
  }

  static void environment(ProcessBuilder builder, PodSpec spec) {
    var environment = builder.environment();
    environment.clear();
    environment.put("PATH", SEARCH_PATH);
    environment.put("HOSTNAME", spec.name());
    environment.put("HOME", spec.is(PodSpec.Trait.NON_ROOT) ? "/home/user" : "/root");
  }

  private static void awaitSleep(long pid) throws IOException {
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!Files.readString(Path.of("/proc/" + pid + "/comm")).strip().equals("sleep")) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the container does not start");
      }
      LockSupport.parkNanos(500_000);
    }
  }

  String id() {
    return id;
  }

  PodSpec spec() {
    return spec;
  }

  /// Process id of its first process, as the host counts.
  long pid() {
    return pid;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// Its file system, as the host sees it.
  Path root() {
    return Path.of("/proc/" + pid + "/root");
  }

  /// A command that runs another in here, as a session leader that is nobody's child.
  List<String> entered(List<String> argv) {
    var command = new ArrayList<>(node.entry(pid));
    command.add(1, "--no-fork");
    // A shell, because nsenter stops with a stopped child and never wakes, and unshare forgets
    // KILL.
    command.addAll(
        List.of("sh", "-c", "exec 3>&2 2>/dev/null\n(exec \"$@\" 2>&3 3>&-)\nexit $?", "exec"));
    command.addAll(List.of("setsid", "nsenter"));
    var user = user(spec);
    if (user != 0 && !node.privileged()) {
      command.addAll(List.of("--user=/proc/" + pid + "/ns/user", "--preserve-credentials"));
    }
    command.addAll(List.of("--mount=/proc/" + pid + "/ns/mnt", "--uts=/proc/" + pid + "/ns/uts"));
    command.add("--root=" + root());
    command.add("--wd=" + root().resolve(spec.workspace().substring(1)));
    if (user != 0 && node.privileged()) {
      command.addAll(List.of("--setuid=" + user, "--setgid=" + user));
    }
    command.add("--");
    command.addAll(argv);
    return command;
  }

  /// Kills all its processes and waits until they have gone.
  void kill() {
    if (shared) {
      Members.of(pid).kill();
    } else {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
    awaitEnd(process);
  }

  static void awaitEnd(Process process) {
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a container does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static String randomId() {
    var bytes = new byte[32];
    ThreadLocalRandom.current().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static String resource(String name) {
    try (var stream = Objects.requireNonNull(Container.class.getResourceAsStream(name), name)) {
      return new String(stream.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
