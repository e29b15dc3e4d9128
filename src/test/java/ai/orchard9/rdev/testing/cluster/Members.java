package ai.orchard9.rdev.testing.cluster;

import ai.orchard9.rdev.testing.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The processes of one container among those that share its PID namespace: they see the same
/// mounts.
record Members(String mounts) {
  static Members of(long pid) {
    return new Members(mounts(pid));
  }

  /// Kills them until none is left, the processes that they make in the meantime too.
  void kill() {
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    for (var living = living(); !living.isEmpty(); living = living()) {
      for (var pid : living) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("processes of a container do not end");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private List<Long> living() {
    return Processes.all().stream()
        .filter(pid -> mounts(pid).equals(mounts) && Processes.isAlive(pid))
        .toList();
  }

  private static String mounts(long pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/mnt")).toString();
    } catch (IOException e) {
      return "gone";
    }
  }
}
