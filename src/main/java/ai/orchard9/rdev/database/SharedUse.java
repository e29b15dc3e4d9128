package ai.orchard9.rdev.database;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// Who uses one embedded PostgreSQL: a file lock shared by every server process, which the kernel
/// lets go when a process dies. Inside one process users are counted, for file locks belong to
/// processes.
final class SharedUse {

  private static final Map<Path, SharedUse> OF_THIS_PROCESS = new HashMap<>();

  private final Path home;
  private int users;
  private @Nullable FileChannel channel;
  private @Nullable FileLock lock;

  private SharedUse(Path home) {
    this.home = home;
  }

  static SharedUse of(Path home) {
    synchronized (OF_THIS_PROCESS) {
      return OF_THIS_PROCESS.computeIfAbsent(home, SharedUse::new);
    }
  }

  /// Begins to use it: no other process starts or stops it meanwhile.
  synchronized <T> T join(Callable<T> start) throws Exception {
    return alone(
        () -> {
          if (users == 0) {
            var opened = open("users.lock");
            lock = opened.lock(0, Long.MAX_VALUE, true);
            channel = opened;
          }
          users++;
          try {
            return start.call();
          } catch (Exception failed) {
            leave();
            throw failed;
          }
        });
  }

  /// Ends using it, and calls `stop` if nobody else does.
  synchronized void leave(Callable<Boolean> stop) throws Exception {
    alone(
        () -> {
          leave();
          if (users > 0) {
            return false;
          }
          try (var opened = open("users.lock");
              var exclusive = opened.tryLock()) {
            return exclusive != null && stop.call();
          }
        });
  }

  private void leave() throws IOException {
    users--;
    if (users == 0) {
      if (lock != null) {
        lock.release();
      }
      if (channel != null) {
        channel.close();
      }
    }
  }

  /// Does something that only one process may do at a time.
  synchronized <T> T whileUsing(Callable<T> work) throws Exception {
    return alone(work);
  }

  private <T> T alone(Callable<T> work) throws Exception {
    try (var opened = open("start.lock");
        var _ = opened.lock()) {
      return work.call();
    }
  }

  private FileChannel open(String name) throws IOException {
    return FileChannel.open(
        home.resolve(name),
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
  }
}
