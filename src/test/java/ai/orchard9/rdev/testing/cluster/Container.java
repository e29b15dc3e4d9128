package ai.orchard9.rdev.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A container of this machine: namespaces of its own and a root folder. Ends with the tests' JVM.
final class Container implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(20);

  /// What ends the container when the JVM is gone: its end of the pipe is closed then.
  private static final String GUARD =
      "\"$@\" </dev/null >/dev/null 2>&1 & cat >/dev/null; kill -9 $!";

  private final Process guard;
  private final long init;
  private final boolean ownsPids;
  private final boolean nonRoot;
  private final String hostname;

  private Container(Process guard, long init, boolean ownsPids, boolean nonRoot, String hostname) {
    this.guard = guard;
    this.init = init;
    this.ownsPids = ownsPids;
    this.nonRoot = nonRoot;
    this.hostname = hostname;
  }

  /// A PID namespace whose first process reaps nothing.
  static Container pause() {
    var guard =
        guarded(List.of("unshare", "--pid", "--fork", "--kill-child", "sleep", "100000001"));
    return new Container(guard, awaitInit(guard, "100000001"), true, false, "pause");
  }

  /// Starts one.
  ///
  /// @param kept what lies at /tmp, or null for a folder of its own
  /// @param pause whose PID namespace it shares, or null for one of its own
  static Container start(PodSpec spec, Path root, @Nullable Path kept, @Nullable Container pause) {
    var line = new ArrayList<String>();
    if (pause == null) {
      line.addAll(List.of("unshare", "--mount", "--pid", "--fork", "--kill-child"));
    } else {
      line.addAll(List.of("nsenter", "-t", Long.toString(pause.init), "-p", "unshare", "--mount"));
    }
    line.addAll(
        List.of("sh", script().toString(), root.toString(), kept == null ? "-" : kept.toString()));
    line.addAll(spec.options());
    var guard = guarded(line);
    var init = awaitInit(guard, "100000000");
    return new Container(guard, init, pause == null, spec.nonRoot(), spec.name());
  }

  private static Path script() {
    try (var in = Container.class.getResourceAsStream("container.sh")) {
      var file = Files.createTempFile("container", ".sh");
      file.toFile().deleteOnExit();
      Files.write(file, in.readAllBytes());
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Process guarded(List<String> line) {
    var all = new ArrayList<>(List.of("setsid", "sh", "-c", GUARD, "guard"));
    all.addAll(line);
    try {
      return new ProcessBuilder(all)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long awaitInit(Process guard, String mark) {
    var until = System.nanoTime() + START_LIMIT.toNanos();
    while (System.nanoTime() - until < 0) {
      var found = guard.descendants().filter(it -> isInit(it.pid(), mark)).findFirst();
      if (found.isPresent()) {
        return found.get().pid();
      }
      if (guard.descendants().findAny().isEmpty() && !guard.isAlive()) {
        break;
      }
      Thread.onSpinWait();
    }
    throw new IllegalStateException("the container did not start");
  }

  /// It has become `sleep`, and is none of those who only started it.
  private static boolean isInit(long pid, String mark) {
    try {
      var words =
          new String(
                  Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline")),
                  java.nio.charset.StandardCharsets.UTF_8)
              .split("\0", -1);
      return words.length == 3 && words[0].endsWith("sleep") && words[1].equals(mark);
    } catch (IOException e) {
      return false;
    }
  }

  /// Starts a program in it, whose output goes to these FIFOs.
  Process exec(List<String> argv, Path stdout, Path stderr) throws IOException {
    return new ProcessBuilder(line(argv))
        .redirectOutput(stdout.toFile())
        .redirectError(stderr.toFile())
        .start();
  }

  /// Starts a program in it; its streams are the caller's to close.
  Process exec(List<String> argv) throws IOException {
    return new ProcessBuilder(line(argv)).start();
  }

  private List<String> line(List<String> argv) {
    var line =
        new ArrayList<>(List.of("nsenter", "-t", Long.toString(init), "-m", "-p", "-r", "-w"));
    if (nonRoot) {
      line.addAll(List.of("-S", "1000", "-G", "1000"));
    }
    line.addAll(
        List.of(
            "--",
            "/usr/bin/env",
            "-i",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME=" + (nonRoot ? "/" : "/root"),
            "HOSTNAME=" + hostname));
    line.addAll(argv);
    return line;
  }

  boolean has(String program) {
    if (program.contains("/")) {
      return Files.exists(inside(program));
    }
    return List.of("usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin").stream()
        .anyMatch(it -> Files.exists(inside(it + "/" + program)));
  }

  /// A path of the container as this machine sees it.
  Path inside(String path) {
    return Path.of("/proc/" + init + "/root").resolve(path.replaceFirst("^/+", ""));
  }

  /// All that live in its PID namespace, zombies too.
  List<FakePod.Proc> processes() {
    return inNamespace("pid");
  }

  private List<FakePod.Proc> inNamespace(String kind) {
    var mine = namespace(init, kind);
    if (mine == null) {
      return List.of();
    }
    try (var entries = Files.list(Path.of("/proc"))) {
      return entries
          .map(it -> it.getFileName().toString())
          .filter(it -> it.matches("[0-9]+"))
          .map(Long::parseLong)
          .filter(it -> mine.equals(namespace(it, kind)))
          .flatMap(it -> FakePod.Proc.of(it).stream())
          .sorted(Comparator.comparingLong(FakePod.Proc::pid))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable Path namespace(long pid, String kind) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + kind));
    } catch (IOException e) {
      return null;
    }
  }

  /// Kills all that run in it, as a runtime does.
  void kill() {
    if (ownsPids) {
      signal(List.of(init));
    } else {
      for (int pass = 0; pass < 100; pass++) {
        var left =
            inNamespace("mnt").stream()
                .filter(it -> !it.isZombie())
                .map(FakePod.Proc::hostPid)
                .toList();
        if (left.isEmpty()) {
          break;
        }
        signal(left);
      }
    }
    guard.destroyForcibly();
    guard.descendants().forEach(ProcessHandle::destroyForcibly);
    try {
      if (!guard.waitFor(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the container does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void signal(List<Long> pids) {
    pids.forEach(it -> ProcessHandle.of(it).ifPresent(ProcessHandle::destroyForcibly));
  }

  @Override
  public void close() {
    kill();
  }

  /// Whether namespaces can be made here.
  static boolean isSupported() {
    try {
      var probe =
          new ProcessBuilder("unshare", "--mount", "--pid", "--fork", "true")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return probe.waitFor(10, TimeUnit.SECONDS) && probe.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
