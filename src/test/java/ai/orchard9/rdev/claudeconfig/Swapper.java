package ai.orchard9.rdev.claudeconfig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/// Puts a link in the place of a file or folder and takes it away again, as often as it can, until
/// it is closed. It follows no link itself.
final class Swapper implements AutoCloseable {
  private static final int LONGEST_NANOS = 3_000_000;

  private final Path place;
  private final Path aside;
  private final Path target;
  private final Thread thread;
  private volatile boolean over;

  /// @param target what the link leads to
  Swapper(Path place, Path target) {
    this.place = place;
    this.aside = place.resolveSibling(place.getFileName() + "-aside");
    this.target = target;
    this.thread = Thread.ofPlatform().daemon().name("swapper").start(this::swap);
  }

  private void swap() {
    while (!over) {
      attempt(() -> Files.move(place, aside, StandardCopyOption.ATOMIC_MOVE));
      attempt(() -> Files.createSymbolicLink(place, target));
      pause();
      if (Files.isSymbolicLink(place)) {
        attempt(() -> Files.delete(place));
      }
      attempt(() -> Files.move(aside, place, StandardCopyOption.ATOMIC_MOVE));
      pause();
      // The other one has made a new one meanwhile.
      attempt(() -> remove(aside));
    }
  }

  private static void pause() {
    LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(LONGEST_NANOS));
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  private static void attempt(Step step) {
    try {
      step.run();
    } catch (IOException e) {
      // The others have been quicker.
    }
  }

  private static void remove(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> all;
    try (var found = Files.walk(path)) {
      all = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (var it : all) {
      Files.deleteIfExists(it);
    }
  }

  @Override
  public void close() {
    over = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
