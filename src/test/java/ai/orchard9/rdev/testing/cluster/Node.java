package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The machine that pods run on: a PID namespace whose first process reads a pipe from this JVM.
/// When the pipe ends, however this JVM ended, that process ends, the kernel kills all others with
/// it, and the shell that started it removes the folder.
final class Node implements AutoCloseable {
  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
  private static final String SCRIPT =
      """
      trap '' INT TERM HUP
      folder=$1
      shift
      "$@" sh -c 'read -r pid _ </proc/self/stat; echo "$pid"; exec cat >/dev/null'
      chmod -R u+w "$folder" 2>/dev/null
      rm -rf --one-file-system "$folder"
      """;

  private final Process process;
  private final long pid;
  private final boolean privileged;

  private Node(Process process, long pid, boolean privileged) {
    this.process = process;
    this.pid = pid;
    this.privileged = privileged;
  }

  static Node start(Path folder) {
    var privileged = ROOT && !Boolean.getBoolean("rdev.cluster.unprivileged");
    var command = new ArrayList<>(List.of("setsid", "sh", "-c", SCRIPT, "node", folder.toString()));
    command.add("unshare");
    if (!privileged) {
      command.addAll(List.of("--user", "--map-root-user"));
    }
    command.addAll(List.of("--pid", "--fork", "--kill-child"));
    var process = launch(command);
    return new Node(process, readPid(process), privileged);
  }

  private static Process launch(List<String> command) {
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    plain(builder);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void plain(ProcessBuilder builder) {
    var environment = builder.environment();
    environment.clear();
    environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  }

  static long readPid(Process process) {
    return readPid(process, () -> "namespaces cannot be made here");
  }

  /// Reads what a script says first: the process id that the host knows it by.
  static long readPid(Process process, Supplier<String> otherwise) {
    try {
      var line =
          new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8)).readLine();
      return Long.parseLong(Objects.requireNonNull(line, otherwise));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether this machine and user can have one, with a file system of its own.
  static boolean isSupported() {
    return Support.HERE;
  }

  private static final class Support {
    private static final boolean HERE = attempt();

    private static boolean attempt() {
      var command = new ArrayList<>(List.of("unshare"));
      if (!ROOT) {
        command.addAll(List.of("--user", "--map-root-user"));
      }
      command.addAll(List.of("--pid", "--mount", "--uts", "--fork", "mount", "-t", "proc", "proc"));
      command.add("/proc");
      try {
        return launch(command).waitFor() == 0;
      } catch (UncheckedIOException e) {
        return false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }

  boolean privileged() {
    return privileged;
  }

  /// What to put before a command so that its children are processes of this machine.
  List<String> entry() {
    return privileged
        ? List.of("nsenter", "--pid=/proc/" + pid + "/ns/pid")
        : List.of(
            "nsenter",
            "--user=/proc/" + pid + "/ns/user",
            "--preserve-credentials",
            "--pid=/proc/" + pid + "/ns/pid");
  }

  /// As `entry()`, for the PID namespace of another process.
  List<String> entry(long target) {
    var command = new ArrayList<>(entry());
    command.removeLast();
    command.add("--pid=/proc/" + target + "/ns/pid");
    return command;
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the node's processes do not end");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
